import * as z from 'zod';

/** What every list takes. Filters are added per list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: 'How many, at most' }),
  cursor: z.string().max(1024).optional().meta({ description: '`next_cursor` of the page before' }),
};

/** What every list answers, newest first; `next_cursor` is null on the last page. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
}
