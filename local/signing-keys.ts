import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import type * as z from 'zod';
import { SIGNING_ALGORITHM, type SigningKeys } from '../src/adapters/identity/tokens.ts';
import type { publicKeySchema } from '../src/contracts/http/routes/meta.ts';
import { type HomeFolders, persistentText } from './home.ts';

/** The laptop's signing key: made on first use, kept in the home, so that tokens survive a restart. */
export async function loadSigningKeys(
  folders: HomeFolders,
): Promise<
  SigningKeys & { readonly key_set: { readonly keys: readonly z.infer<typeof publicKeySchema>[] } }
> {
  const text = persistentText(join(folders.keys, 'signing.jwk.json'), createKey);
  const jwk = JSON.parse(text) as JWK & { d: string };
  const kid = await calculateJwkThumbprint(jwk);
  const { d: _private, ...open } = jwk;
  return {
    current: { kid, private_key: await importKey(jwk) },
    public_keys: new Map([[kid, await importKey(open)]]),
    key_set: {
      keys: [
        {
          kty: String(open.kty),
          crv: String(open.crv),
          x: String(open.x),
          y: String(open.y),
          kid,
          alg: SIGNING_ALGORITHM,
          use: 'sig',
        },
      ],
    },
  };
}

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('The signing key is no key pair');
  return key;
}
