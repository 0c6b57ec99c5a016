import { createSecretTokens } from './secret-tokens.ts';

/** Texts of invitations' tokens. */
export const invitationCodec = createSecretTokens('bli_', ['ten', 'inv']);
