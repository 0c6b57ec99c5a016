import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Sealer } from '../stores/sealer.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_VERSION = 'v1';

/** AES-256-GCM under a key per tenant that is derived from one root key; the tenant and the context are bound to the
 *  text as associated data. Sealed form: `v1.<nonce, text and tag in base64url>`.
 *  @param root_key - 32 random bytes */
export function createSealer(root_key: Buffer): Sealer {
  const derived = new LRUCache<string, Buffer>({ max: 1000 });
  const keyOf = (tenant_id: string): Buffer => {
    const known = derived.get(tenant_id);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', root_key, '', `branchline/seal/${tenant_id}`, 32));
    derived.set(tenant_id, key);
    return key;
  };
  const associated = (tenant_id: string, context: string) =>
    Buffer.from(JSON.stringify([tenant_id, context]));

  return {
    seal(tenant_id, context, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, keyOf(tenant_id), nonce).setAAD(
        associated(tenant_id, context),
      );
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${KEY_VERSION}.${sealed.toString('base64url')}`;
    },

    open(tenant_id, context, sealed) {
      const [version, payload, ...rest] = sealed.split('.');
      if (version !== KEY_VERSION || payload === undefined || rest.length > 0)
        throw new Error('Sealed text of an unknown version');
      const bytes = Buffer.from(payload, 'base64url');
      // A short text would bring a short tag, which can be guessed.
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('Sealed text is too short');
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(ALGORITHM, keyOf(tenant_id), nonce, { authTagLength: TAG_BYTES })
        .setAAD(associated(tenant_id, context))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    },
  };
}
