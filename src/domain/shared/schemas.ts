import * as z from 'zod';
import type { IdPrefix } from './ports.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** An id of one kind: its prefix and a lower-case UUID. */
export function idSchema(prefix: IdPrefix) {
  return z.string().regex(new RegExp(`^${prefix}_${UUID}$`), `must be an id that begins with ${prefix}_`);
}

/** An instant: ISO 8601 in UTC with milliseconds. */
export const timestampSchema = z.iso.datetime({ precision: 3 });

const CONTROL_CHARACTERS = /(?![\t\n\r])\p{Cc}/gu;

/** Drops control characters (tab, newline and return stay) and trims, as the brief demands of every string. Half a
 *  character, which no UTF-8 has, becomes the sign for one that is unknown: so that all stores give back the same. */
export function sanitizeText(text: string): string {
  return text.toWellFormed().replace(CONTROL_CHARACTERS, '').trim();
}

/** A sanitized string of `min` to `max` characters, measured after sanitizing. */
export function textSchema(limits: { readonly min: number; readonly max: number }) {
  return z.string().overwrite(sanitizeText).min(limits.min).max(limits.max);
}
