import { generateKeyPairSync } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';
import type { Clock } from '../../domain/shared/ports.ts';
import {
  importSigningKey,
  type PublicKey,
  type SigningKeys,
  toPublicKey,
  type VerificationKeys,
} from '../identity/signing-keys.ts';
import { memoize } from '../system/memoize.ts';
import type { Parameters } from './parameters.ts';

export interface ParameterKeysOptions {
  readonly parameters: Parameters;
  readonly public_keys_parameter: string;
  readonly clock: Clock;
}

// A token with an unknown key may be a forgery, so it can't make every request read the parameter again.
const REREAD_AFTER_MS = 30_000;

/** The public keys, from the parameter that everybody may read; read again when a token names an unknown one. */
export function createParameterVerificationKeys(
  options: ParameterKeysOptions,
): VerificationKeys & { readKeySet(): Promise<readonly PublicKey[]> } {
  let keys = new Map<string, CryptoKey>();
  let read_at_ms = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const readKeySet = async (): Promise<readonly PublicKey[]> => {
    const text = await options.parameters.read(options.public_keys_parameter);
    return text === undefined ? [] : (JSON.parse(text) as { keys: PublicKey[] }).keys;
  };

  const reread = async (): Promise<void> => {
    const found = await readKeySet();
    keys = new Map(
      await Promise.all(found.map(async (key) => [key.kid, await importSigningKey(key)] as const)),
    );
    // Only now: after a reading that failed, good tokens must not be taken for forged ones.
    read_at_ms = options.clock.now().getTime();
  };

  return {
    readKeySet,
    async find(kid) {
      const known = keys.get(kid);
      if (known !== undefined) return known;
      if (options.clock.now().getTime() - read_at_ms < REREAD_AFTER_MS) return undefined;
      reading ??= reread().finally(() => {
        reading = undefined;
      });
      await reading;
      return keys.get(kid);
    },
  };
}

/** The signing key, made on first use; its public half is published before it signs anything. */
export function createParameterSigningKeys(
  options: ParameterKeysOptions & { readonly signing_key_parameter: string },
): SigningKeys {
  const verification = createParameterVerificationKeys(options);

  const current = memoize(async () => {
    const text = await options.parameters.readOrCreateSecret(options.signing_key_parameter, createKey);
    const jwk = JSON.parse(text) as JWK;
    const public_key = await toPublicKey(jwk);
    await publish(options, await verification.readKeySet(), public_key);
    return { kid: public_key.kid, private_key: await importSigningKey(jwk) };
  });

  return { find: (kid) => verification.find(kid), current };
}

async function publish(
  options: ParameterKeysOptions,
  published: readonly PublicKey[],
  key: PublicKey,
): Promise<void> {
  if (published.some((other) => other.kid === key.kid)) return;
  await options.parameters.write(
    options.public_keys_parameter,
    JSON.stringify({ keys: [key, ...published] }),
  );
}

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}
