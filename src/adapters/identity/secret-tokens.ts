import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SecretTokens } from '../../domain/identity/index.ts';
import type { IdPrefix } from '../../domain/shared/ports.ts';

const UUID_BYTES = 16;
const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 4;

/** Tokens of one kind: a prefix by which secret scanners know them, and in base64url the ids of what they belong to, 32
 *  random bytes and a checksum, so that a misspelt one is told without a look into any table. Only a hash of the random
 *  bytes is to be stored: they are too many to be guessed, so one SHA-256 is enough.
 *  @param prefix - `blt_`, say
 *  @param kinds - of the ids, in order
 *  @param random - makes so many random bytes */
export function createSecretTokens<const K extends readonly IdPrefix[]>(
  prefix: string,
  kinds: K,
  random: (size: number) => Buffer = randomBytes,
): SecretTokens<K> {
  const size = kinds.length * UUID_BYTES + SECRET_BYTES;
  const write = (content: Buffer): string =>
    prefix + Buffer.concat([content, checksum(content)]).toString('base64url');
  return {
    create(ids) {
      const secret = random(SECRET_BYTES);
      return { text: write(Buffer.concat([...ids.map(toBytes), secret])), secret_hash: hash(secret) };
    },

    read(text) {
      if (!text.startsWith(prefix)) return undefined;
      const content = Buffer.from(text.slice(prefix.length), 'base64url').subarray(0, size);
      // Compared as text, so that none of the other spellings of the same bytes is taken for it.
      if (content.length !== size || write(content) !== text) return undefined;
      const ids = kinds.map((kind, position) => toId(kind, content.subarray(position * UUID_BYTES)));
      const secret = content.subarray(kinds.length * UUID_BYTES);
      return { ids: ids as { [I in keyof K]: string }, secret_hash: hash(secret) };
    },
  };
}

function toBytes(id: string): Buffer {
  return Buffer.from(id.slice(id.indexOf('_') + 1).replaceAll('-', ''), 'hex');
}

function toId(kind: IdPrefix, bytes: Buffer): string {
  const digits = bytes.subarray(0, UUID_BYTES).toString('hex');
  return `${kind}_${digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}

function hash(secret: Buffer): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function checksum(content: Buffer): Buffer {
  const bytes = Buffer.alloc(CHECKSUM_BYTES);
  bytes.writeUInt32BE(crc32(content));
  return bytes;
}
