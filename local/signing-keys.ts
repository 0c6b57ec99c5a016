import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  importPublicKeys,
  importSignerAt,
  readKeyDocument,
  renewKeys,
  type StoredKey,
  toPublicKeys,
  writeKeyDocument,
} from '../src/adapters/identity/key-document.ts';
import type { PublicKey, SigningKeys } from '../src/adapters/identity/signing-keys.ts';
import type { Clock } from '../src/domain/shared/ports.ts';
import { type HomeFolders, replaceText } from './home.ts';

/** The laptop's signing keys. */
export interface LocalSigningKeys extends SigningKeys {
  keySet(): readonly PublicKey[];
  /** Makes another key, and drops old ones, when that is due. */
  renew(): Promise<void>;
}

/** Keys made on first use and kept in the home, so that tokens survive a restart. What an earlier version left there is
 *  replaced: its tokens are no longer good. */
export async function loadSigningKeys(folders: HomeFolders, clock: Clock): Promise<LocalSigningKeys> {
  const path = join(folders.keys, 'signing.jwk.json');
  let keys = await readKeyDocument(existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  let public_keys = await importPublicKeys(toPublicKeys(keys));

  const use = async (renewed: readonly StoredKey[]): Promise<void> => {
    const imported = await importPublicKeys(toPublicKeys(renewed));
    replaceText(path, writeKeyDocument(renewed));
    [keys, public_keys] = [renewed, imported];
  };
  const renew = async (): Promise<void> => {
    const renewed = await renewKeys(keys, clock.now());
    if (renewed !== undefined) await use(renewed);
  };

  await renew();
  return {
    renew,
    keySet: () => toPublicKeys(keys),
    signerAt: (instant) => importSignerAt(keys, instant),
    find: async (kid) => public_keys.get(kid),
  };
}
