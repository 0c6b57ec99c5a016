import type { Attributes, Condition } from '../table/port.ts';

/** Whether a condition holds of the stored attributes; undefined means that there is no item. */
export function holds(condition: Condition | undefined, stored: Attributes | undefined): boolean {
  if (condition === undefined) return true;
  switch (condition.kind) {
    case 'absent':
      return stored === undefined;
    case 'present':
      return stored !== undefined;
    case 'equals':
      return stored?.[condition.attribute] === condition.value;
    case 'in':
      return condition.values.some((value) => stored?.[condition.attribute] === value);
    case 'absent_or_less':
      return isAbsentOrLess(stored?.[condition.attribute], condition.value);
    case 'any':
      return condition.of.some((part) => holds(part, stored));
  }
}

function isAbsentOrLess(stored: Attributes[string] | undefined, value: string | number): boolean {
  if (stored === undefined) return true;
  if (typeof stored === 'number' && typeof value === 'number') return stored < value;
  return typeof stored === 'string' && typeof value === 'string' && isBefore(stored, value);
}

/** By UTF-8 bytes, as DynamoDB compares; JavaScript's own order is that of UTF-16 units. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
