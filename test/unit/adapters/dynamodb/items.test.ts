import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toItem, toStoredItem } from '../../../../src/adapters/dynamodb/items.ts';
import { OUTBOX_FILTER, OUTBOX_SUFFIX } from '../../../../src/adapters/dynamodb/table.ts';
import { toAttributeValue, toValue } from '../../../../src/adapters/dynamodb/values.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import type { Attributes, Item, Value } from '../../../../src/adapters/table/port.ts';
import { item } from './harness.ts';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const OWN = ['pk', 'sk', 'expires_at_s', 'by_project_pk', 'by_status_sk'];
const name = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.tuple(fc.constantFrom('', '_', '__'), fc.constantFrom(...OWN)).map((parts) => parts.join('')),
);

describe('an item', () => {
  test('comes back as it was, whatever its attributes are called and hold', () => {
    const attributes = fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(attributes, fc.boolean(), (made, indexed) => {
        const whole: Item = indexed
          ? { ...item('a', made), expires_at_s: 7, indexes: { by_tenant: { pk: 'T#ten_1#X', sk: 'y' } } }
          : item('a', made);
        expect(toItem('tenants', toStoredItem(whole))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('drops what is undefined, as JSON does', () => {
    const attributes = { kept: 1, dropped: undefined, map: { dropped: undefined } } as unknown as Attributes;

    expect(toItem('tenants', toStoredItem(item('a', attributes))).attributes).toEqual({ kept: 1, map: {} });
  });

  test('holds at most 400 KB, names and keys included', () => {
    const overhead = Buffer.byteLength('pkT#ten_1skatext');
    const text = 'x'.repeat(400 * 1024 - overhead);

    expect(() => toStoredItem(item('a', { text }))).not.toThrow();
    expect(() => toStoredItem(item('a', { text: `${text}x` }))).toThrow(RangeError);
    expect(() => toStoredItem(item('a', { list: [{ deep: text }] }))).toThrow(RangeError);
  });
});

describe('values', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no number to store', (number) => {
    expect(() => toAttributeValue(number)).toThrow(RangeError);
  });

  test('what is no value is refused, both ways', () => {
    expect(() => toAttributeValue((() => 1) as unknown as Value)).toThrow(TypeError);
    expect(() => toValue({ SS: ['a'] })).toThrow(TypeError);
  });

  test('keep a property named __proto__ a property', () => {
    const parsed = JSON.parse('{"__proto__": {"admin": true}}') as Attributes;
    const back = toValue(toAttributeValue(parsed));

    expect(Object.keys(back as object)).toEqual(['__proto__']);
    expect((back as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('the stream filter', () => {
  const service = { tenant_id: 'ten_1', project_id: 'prj_1', environment: 'production', name: 'web' };
  const others = [
    keys.tenant('ten_1'),
    keys.member('ten_1', 'usr_1'),
    keys.project('ten_1', 'OUTBOX'),
    keys.projectName('ten_1', 'x#OUTBOX'),
    keys.variables(service),
    keys.lock(service),
    keys.deployment({ tenant_id: 'ten_1', deployment_id: 'dpl_1' }),
    keys.seen('ten_1', 'billing', 'evt_1'),
    keys.usage('ten_1', '2026-11'),
    keys.projectDay('ten_1', 'prj_1', '2026-11-15'),
  ];

  test('asks for inserts whose partition key ends as an outbox item’s does, and no other’s', () => {
    expect(OUTBOX_FILTER).toEqual({
      eventName: ['INSERT'],
      dynamodb: { Keys: { pk: { S: [{ suffix: '#OUTBOX' }] } } },
    });
    expect(keys.outbox('ten_1', 'evt_1').pk.endsWith(OUTBOX_SUFFIX)).toBe(true);
    expect(others.filter(({ pk }) => pk.endsWith(OUTBOX_SUFFIX))).toEqual([]);
  });
});
