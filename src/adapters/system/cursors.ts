import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CursorCodec } from '../../contracts/http/cursor.ts';
import { AppError } from '../../domain/shared/errors.ts';

const MAC_BYTES = 16;

/** Cursors signed with HMAC-SHA-256: they can be neither made up nor carried to another list or tenant.
 *  @param key - 32 random bytes */
export function createCursorCodec(key: Buffer): CursorCodec {
  const sign = (scope: string, position: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([scope, position]))
      .digest()
      .subarray(0, MAC_BYTES);
  const encode = (scope: string, position: string): string =>
    Buffer.concat([sign(scope, position), Buffer.from(position)]).toString('base64url');
  return {
    encode,

    decode(scope, cursor) {
      const position = Buffer.from(cursor, 'base64url').subarray(MAC_BYTES).toString('utf8');
      // Compared as text, so that none of the other spellings of the same bytes is taken for it.
      const [given, expected] = [Buffer.from(cursor), Buffer.from(encode(scope, position))];
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new AppError('INVALID_CURSOR');
      }
      return position;
    },
  };
}
