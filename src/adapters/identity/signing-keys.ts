import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import type * as z from 'zod';
import type { publicKeySchema } from '../../contracts/http/routes/meta.ts';

export const SIGNING_ALGORITHM = 'ES256';
export const ISSUER = 'branchline';

/** A public key as the JWKS shows it. */
export type PublicKey = z.infer<typeof publicKeySchema>;

/** Finds the public key that verifies a token; any but ours is unknown. */
export interface VerificationKeys {
  find(kid: string): Promise<CryptoKey | undefined>;
}

/** Also has the private key that signs: only the sign-in function does. */
export interface SigningKeys extends VerificationKeys {
  current(): Promise<{ readonly kid: string; readonly private_key: CryptoKey }>;
}

/** The public half of a key pair, as the JWKS shows it; its id is its thumbprint (RFC 7638). */
export async function toPublicKey(jwk: JWK): Promise<PublicKey> {
  const { kty, crv, x, y } = jwk;
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) {
    throw new TypeError('The signing key is no elliptic-curve key');
  }
  const kid = await calculateJwkThumbprint(jwk);
  return { kty, crv, x, y, kid, alg: SIGNING_ALGORITHM, use: 'sig' };
}

/** @throws TypeError for a symmetric key */
export async function importSigningKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('The signing key is no key pair');
  return key;
}
