import { createSecretTokens } from './secret-tokens.ts';

/** Texts of API tokens. */
export const apiTokenCodec = createSecretTokens('blt_', ['ten', 'usr', 'key']);
