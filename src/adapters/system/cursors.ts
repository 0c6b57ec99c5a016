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
  return {
    encode(scope, position) {
      return Buffer.concat([sign(scope, position), Buffer.from(position)]).toString('base64url');
    },

    decode(scope, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const position = bytes.subarray(MAC_BYTES).toString('utf8');
      const mac = bytes.subarray(0, MAC_BYTES);
      if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, sign(scope, position))) {
        throw new AppError('INVALID_CURSOR');
      }
      return position;
    },
  };
}
