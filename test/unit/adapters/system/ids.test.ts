import { expect, test } from 'vitest';
import { uuidIds } from '../../../../src/adapters/system/ids.ts';
import { ID_PREFIXES } from '../../../../src/domain/shared/ports.ts';
import { idSchema } from '../../../../src/domain/shared/schemas.ts';

test('ids sort in the order in which they were made, also within a millisecond, and none comes twice', () => {
  const ids = Array.from({ length: 20_000 }, () => uuidIds.next('dpl'));

  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(ID_PREFIXES)('an id of the kind %s passes for one', (prefix) => {
  expect(idSchema(prefix).safeParse(uuidIds.next(prefix)).success).toBe(true);
});
