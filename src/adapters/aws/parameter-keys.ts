import type { CryptoKey } from 'jose';
import * as z from 'zod';
import { publicKeySchema } from '../../contracts/http/routes/meta.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { importPublicKeys } from '../identity/key-document.ts';
import type { PublicKey, VerificationKeys } from '../identity/signing-keys.ts';
import type { Parameters } from './parameters.ts';

export interface ParameterKeysOptions {
  readonly parameters: Parameters;
  readonly public_keys_parameter: string;
  readonly clock: Clock;
}

// A token with an unknown key may be a forgery, so it can't make every request read the parameter again.
const REREAD_AFTER_MS = 30_000;
const keySetSchema = z.object({ keys: z.array(z.unknown()) });

/** The public keys, from the parameter that everybody may read; read again when a token names an unknown one. */
export function createParameterVerificationKeys(
  options: ParameterKeysOptions,
): VerificationKeys & { readKeySet(): Promise<readonly PublicKey[]> } {
  let keys: ReadonlyMap<string, CryptoKey> = new Map();
  let read_at_ms = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const reread = async (): Promise<void> => {
    keys = await importPublicKeys(await readKeySet(options));
    // Only now: after a reading that failed, good tokens must not be taken for forged ones.
    read_at_ms = options.clock.now().getTime();
  };

  return {
    readKeySet: () => readKeySet(options),
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

async function readKeySet({ parameters, public_keys_parameter }: ParameterKeysOptions): Promise<PublicKey[]> {
  const text = await parameters.read(public_keys_parameter);
  if (text === undefined) return [];
  // What an earlier version published verifies nothing any more.
  return keySetSchema
    .parse(JSON.parse(text))
    .keys.flatMap((key) => publicKeySchema.safeParse(key).data ?? []);
}
