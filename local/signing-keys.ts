import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { JWK } from 'jose';
import {
  importSigningKey,
  type PublicKey,
  type SigningKeys,
  toPublicKey,
} from '../src/adapters/identity/signing-keys.ts';
import { type HomeFolders, persistentText } from './home.ts';

/** The laptop's signing key: made on first use, kept in the home, so that tokens survive a restart. */
export async function loadSigningKeys(
  folders: HomeFolders,
): Promise<SigningKeys & { readonly key_set: { readonly keys: readonly PublicKey[] } }> {
  const jwk = JSON.parse(persistentText(join(folders.keys, 'signing.jwk.json'), createKey)) as JWK;
  const public_key = await toPublicKey(jwk);
  const { kid } = public_key;
  const private_key = await importSigningKey(jwk);
  const verification_key = await importSigningKey(public_key);
  return {
    current: async () => ({ kid, private_key }),
    find: async (wanted) => (wanted === kid ? verification_key : undefined),
    key_set: { keys: [public_key] },
  };
}

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}
