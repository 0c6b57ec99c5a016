import type { TokenSigner, TokenVerifier } from '../../domain/identity/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import type { SigningKeys } from './signing-keys.ts';
import { createTokenSigner } from './token-signer.ts';
import { createTokenVerifier } from './token-verifier.ts';

/** Both halves, for the sign-in function, which also verifies refresh tokens. */
export function createTokens(keys: SigningKeys, clock: Clock): TokenSigner & TokenVerifier {
  return { ...createTokenSigner(keys, clock), ...createTokenVerifier(keys, clock) };
}
