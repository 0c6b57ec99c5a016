import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Value } from '../table/port.ts';

/** A value as DynamoDB's JSON writes it. Properties that are undefined are left out, as JSON does.
 *  @throws RangeError for a number that is not finite, TypeError for what is no value */
export function toAttributeValue(value: Value): AttributeValue {
  if (value === null) return { NULL: true };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'number':
      return { N: numberText(value) };
    case 'object':
      return isList(value) ? { L: value.map(toAttributeValue) } : { M: toAttributeValues(value) };
    default:
      throw new TypeError(`A ${typeof value} can not be stored`);
  }
}

/** Each named value, see {@link toAttributeValue}. */
export function toAttributeValues(values: {
  readonly [name: string]: Value;
}): Record<string, AttributeValue> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, toAttributeValue(value)]));
}

/** The reverse of {@link toAttributeValue}. @throws TypeError for a type that this adapter never writes (sets, bytes) */
export function toValue(stored: AttributeValue): Value {
  if (stored.S !== undefined) return stored.S;
  if (stored.N !== undefined) return Number(stored.N);
  if (stored.BOOL !== undefined) return stored.BOOL;
  if (stored.NULL !== undefined) return null;
  if (stored.L !== undefined) return stored.L.map(toValue);
  if (stored.M !== undefined) {
    return Object.fromEntries(Object.entries(stored.M).map(([name, part]) => [name, toValue(part)]));
  }
  throw new TypeError(`The stored type ${Object.keys(stored).join(', ')} is unknown here`);
}

/** Bytes that an item takes, by DynamoDB's rules.
 *  @param sizeOfNumber - bytes of a number's text; numbers are counted a little low, never high, where it is left out,
 *  since DynamoDB's own rule is called approximate */
export function sizeOfItem(
  stored: Readonly<Record<string, AttributeValue>>,
  sizeOfNumber: (text: string) => number = () => 1,
): number {
  return Object.entries(stored).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value, sizeOfNumber),
    0,
  );
}

const COLLECTION_BYTES = 3;

function sizeOfValue(value: AttributeValue, sizeOfNumber: (text: string) => number): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.L !== undefined) {
    return value.L.reduce((sum, part) => sum + 1 + sizeOfValue(part, sizeOfNumber), COLLECTION_BYTES);
  }
  if (value.M !== undefined) {
    return sizeOfItem(value.M, sizeOfNumber) + Object.keys(value.M).length + COLLECTION_BYTES;
  }
  return 1;
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`The number ${value} can not be stored`);
  return String(value);
}

// Array.isArray doesn't narrow read-only arrays.
function isList(value: readonly Value[] | { readonly [name: string]: Value }): value is readonly Value[] {
  return Array.isArray(value);
}
