import * as z from 'zod';

/** A whole number in a query, in decimal digits alone. The metadata tells OpenAPI what it means. */
export function queryInteger(limits: { readonly min: number; readonly max: number }, description: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(limits.min).max(limits.max))
    .meta({ type: 'integer', minimum: limits.min, maximum: limits.max, description });
}

/** What every list takes. Filters are added per list. */
export const pageQuery = {
  limit: queryInteger({ min: 1, max: 1000 }, 'How many, at most').default(100),
  cursor: z.string().max(1024).optional().meta({ description: '`next_cursor` of the page before' }),
};

/** What every list answers, newest first; `next_cursor` is null on the last page. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
}
