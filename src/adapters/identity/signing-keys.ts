import { type CryptoKey, importJWK, type JWK } from 'jose';
import type * as z from 'zod';
import type { publicKeySchema } from '../../contracts/http/routes/meta.ts';

/** Ed25519: its signatures are deterministic, so the same claims are the same token (docs/adr/0023). */
export const SIGNING_ALGORITHM = 'EdDSA';
export const ISSUER = 'branchline';

/** A public key as the JWKS shows it. */
export type PublicKey = z.infer<typeof publicKeySchema>;

/** Finds the public key that verifies a token; any but ours is unknown. */
export interface VerificationKeys {
  find(kid: string): Promise<CryptoKey | undefined>;
}

/** A key that signs. */
export interface Signer {
  readonly kid: string;
  readonly private_key: CryptoKey;
}

/** Also has the private keys: only the sign-in function does. */
export interface SigningKeys extends VerificationKeys {
  /** The key that signs what is valid from an instant on: at each moment there is exactly one. */
  signerAt(instant: Date): Promise<Signer>;
}

/** @throws TypeError for a symmetric key */
export async function importSigningKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('The signing key is no key pair');
  return key;
}
