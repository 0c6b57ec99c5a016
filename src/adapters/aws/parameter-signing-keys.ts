import {
  importSignerAt,
  readKeyDocument,
  renewKeys,
  type StoredKey,
  toPublicKeys,
  writeKeyDocument,
} from '../identity/key-document.ts';
import type { PublicKey, SigningKeys } from '../identity/signing-keys.ts';
import { createParameterVerificationKeys, type ParameterKeysOptions } from './parameter-keys.ts';

export interface ParameterSigningKeysOptions extends ParameterKeysOptions {
  readonly signing_key_parameter: string;
}

/** How long the sign-in function keeps the keys. Another one signs a day after it was made, so each instance knows it by
 *  then, also where a reading or two fail. */
const KEEP_MS = 3_600_000;

/** The signing keys, the first of them made on first use; a public half is published before its key signs anything. */
export function createParameterSigningKeys(options: ParameterSigningKeysOptions): SigningKeys {
  const verification = createParameterVerificationKeys(options);
  const now_ms = () => options.clock.now().getTime();
  let kept: { readonly keys: readonly StoredKey[]; readonly read_at_ms: number } | undefined;
  let reading: Promise<readonly StoredKey[]> | undefined;

  const read = async (): Promise<readonly StoredKey[]> => {
    const keys = await readOrMakeKeys(options);
    await publishUnknown(options, keys, await verification.readKeySet());
    kept = { keys, read_at_ms: now_ms() };
    return keys;
  };

  const load = async (): Promise<readonly StoredKey[]> => {
    if (kept !== undefined && now_ms() - kept.read_at_ms < KEEP_MS) return kept.keys;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    find: (kid) => verification.find(kid),
    signerAt: async (instant) => importSignerAt(await load(), instant),
  };
}

/** Replaces the keys' document as time demands: see planKeys. For one caller at a time, the only one who may.
 *  @returns the ids of all keys, and whether anything changed */
export async function rotateParameterKeys(
  options: ParameterSigningKeysOptions,
): Promise<{ readonly kids: readonly string[]; readonly changed: boolean }> {
  const { parameters, signing_key_parameter, clock } = options;
  const keys = await readOrMakeKeys(options);
  const renewed = await renewKeys(keys, clock.now());
  const current = renewed ?? keys;
  // In this order: what a reader of the document signs with is published already. Also when nothing changed, as an earlier
  // run may have ended between the two.
  await publish(options, toPublicKeys(current));
  if (renewed !== undefined) await parameters.writeSecret(signing_key_parameter, writeKeyDocument(renewed));
  return { kids: current.map(({ kid }) => kid), changed: renewed !== undefined };
}

async function readOrMakeKeys({ parameters, signing_key_parameter, clock }: ParameterSigningKeysOptions) {
  const first = (await renewKeys([], clock.now())) ?? [];
  return readKeyDocument(
    await parameters.readOrCreateSecret(signing_key_parameter, () => writeKeyDocument(first)),
  );
}

async function publishUnknown(
  options: ParameterSigningKeysOptions,
  keys: readonly StoredKey[],
  published: readonly PublicKey[],
): Promise<void> {
  const unknown = toPublicKeys(keys).filter(({ kid }) => published.every((other) => other.kid !== kid));
  if (unknown.length > 0) await publish(options, [...unknown, ...published]);
}

async function publish(options: ParameterSigningKeysOptions, keys: readonly PublicKey[]): Promise<void> {
  await options.parameters.write(options.public_keys_parameter, JSON.stringify({ keys }));
}
