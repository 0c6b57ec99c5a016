import { beforeEach, expect, test } from 'vitest';
import type { Condition } from '../../../../src/adapters/table/port.ts';
import { createMockedTable, key, type MockedTable } from './harness.ts';

const KEY_A = { pk: { S: 'T#ten_1' }, sk: { S: 'a' } };

let mocked: MockedTable;
beforeEach(() => {
  mocked = createMockedTable();
});

const CONDITIONS: readonly (readonly [Condition, string, readonly string[]])[] = [
  [{ kind: 'present' }, 'attribute_exists(pk)', []],
  [{ kind: 'in', attribute: 'n', values: [1, 'a'] }, '#n0 IN (:v0, :v1)', ['n']],
  [{ kind: 'in', attribute: 'n', values: [] }, 'attribute_not_exists(pk) AND attribute_exists(pk)', []],
  [{ kind: 'absent_or_less', attribute: 'n', value: 1 }, 'attribute_not_exists(#n0) OR #n0 < :v0', ['n']],
  [{ kind: 'any', of: [{ kind: 'any', of: [{ kind: 'absent' }] }] }, 'attribute_not_exists(pk)', []],
  [
    { kind: 'any', of: [{ kind: 'absent' }, { kind: 'equals', attribute: 'owner', value: true }] },
    '(attribute_not_exists(pk)) OR (#n0 = :v0)',
    ['owner'],
  ],
  // The entity's own attribute of that name, not the key.
  [{ kind: 'equals', attribute: 'pk', value: 1 }, '#n0 = :v0', ['_pk']],
];

test.each(CONDITIONS)('the condition %j is %s', async (condition, expression, names) => {
  mocked.mock.onAnyCommand().resolves({});
  await mocked.table.write({ kind: 'delete', key: key('a'), condition });

  const [input] = mocked.inputs();
  expect(input).toMatchObject({ TableName: 'Tenants', Key: KEY_A, ConditionExpression: expression });
  expect(
    Object.values((input as { ExpressionAttributeNames?: object }).ExpressionAttributeNames ?? {}),
  ).toEqual(names);
});

test('more than 100 values are asked for in several lists', async () => {
  mocked.mock.onAnyCommand().resolves({});
  const values = Array.from({ length: 101 }, (_, n) => n);
  await mocked.table.write({
    kind: 'delete',
    key: key('a'),
    condition: { kind: 'in', attribute: 'n', values },
  });

  expect(mocked.inputs()[0]).toMatchObject({
    ConditionExpression: expect.stringMatching(/^\(#n0 IN \(:v0, .*, :v99\)\) OR \(#n0 IN \(:v100\)\)$/),
  });
});
