import { generateKeyPairSync } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint } from 'jose';
import * as z from 'zod';
import { type KeyTimes, planKeys, signerAt } from '../../domain/identity/index.ts';
import { timestampSchema } from '../../domain/shared/schemas.ts';
import { importSigningKey, type PublicKey, SIGNING_ALGORITHM, type Signer } from './signing-keys.ts';

const keySchema = z.strictObject({
  created_at: timestampSchema,
  activates_at: timestampSchema,
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() }),
});
const documentSchema = z.strictObject({ keys: z.array(keySchema) });

/** A key pair with its times. Its id is its thumbprint (RFC 7638). */
export type StoredKey = KeyTimes & z.infer<typeof keySchema>;

/** Reads the document in which the signing keys lie: JSON, small enough for one parameter of SSM (4 KB).
 *  @returns no keys for any other text: what an earlier version left is due for replacement */
export async function readKeyDocument(text: string | undefined): Promise<readonly StoredKey[]> {
  const parsed = documentSchema.safeParse(parseJson(text));
  if (!parsed.success) return [];
  return Promise.all(parsed.data.keys.map(identify));
}

/** The document of these keys. */
export function writeKeyDocument(keys: readonly StoredKey[]): string {
  return JSON.stringify({ keys: keys.map(({ kid: _kid, ...key }) => key) });
}

/** The keys as they are to be at an instant: outdated ones dropped, another made when one is due.
 *  @returns undefined when nothing is to change */
export async function renewKeys(
  keys: readonly StoredKey[],
  now: Date,
): Promise<readonly StoredKey[] | undefined> {
  const { keep, next_activates_at } = planKeys(keys, now);
  if (next_activates_at !== undefined) return [...keep, await makeKey(now, next_activates_at)];
  return keep.length === keys.length ? undefined : keep;
}

/** The public halves, as the JWKS shows them. */
export function toPublicKeys(keys: readonly StoredKey[]): PublicKey[] {
  return keys.map(({ kid, jwk: { kty, crv, x } }) => ({
    kty,
    crv,
    x,
    kid,
    alg: SIGNING_ALGORITHM,
    use: 'sig',
  }));
}

/** Keys by their ids, ready for verifying. */
export async function importPublicKeys(keys: readonly PublicKey[]): Promise<ReadonlyMap<string, CryptoKey>> {
  return new Map(await Promise.all(keys.map(async (key) => [key.kid, await importSigningKey(key)] as const)));
}

/** @throws Error when there are no keys */
export async function importSignerAt(keys: readonly StoredKey[], instant: Date): Promise<Signer> {
  const signer = signerAt(keys, instant);
  if (signer === undefined) throw new Error('There is no signing key, or none that can be read');
  return { kid: signer.kid, private_key: await importSigningKey(signer.jwk) };
}

async function makeKey(now: Date, activates_at: string): Promise<StoredKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = keySchema.shape.jwk.parse(privateKey.export({ format: 'jwk' }));
  return identify({ created_at: now.toISOString(), activates_at, jwk });
}

async function identify(key: z.infer<typeof keySchema>): Promise<StoredKey> {
  return { ...key, kid: await calculateJwkThumbprint(key.jwk) };
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // No document at all: as one of an unknown form.
    return undefined;
  }
}
