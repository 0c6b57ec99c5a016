import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, UpdateWrite, Value } from '../table/port.ts';
import { toStoredName } from './items.ts';
import { KEY_ATTRIBUTES } from './table.ts';
import { toAttributeValue } from './values.ts';

export interface ExpressionParameters {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** The names and values that one request's expressions refer to. Every name goes through a placeholder: any of them
 *  may be a reserved word, or hold a dot. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  /** @param attribute - an entity's attribute */
  name(attribute: string): string {
    const stored = toStoredName(attribute);
    const known = this.#names.get(stored);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(stored, placeholder);
    return placeholder;
  }

  value(value: Value): string {
    return `:v${this.#values.push(toAttributeValue(value)) - 1}`;
  }

  /** The request's parameters; DynamoDB refuses empty ones. */
  parameters(): ExpressionParameters {
    const names = [...this.#names].map(([stored, placeholder]) => [placeholder, stored] as const);
    const values = this.#values.map((value, position) => [`:v${position}`, value] as const);
    return {
      ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values) }),
    };
  }
}

const ABSENT = `attribute_not_exists(${KEY_ATTRIBUTES.pk})`;
const PRESENT = `attribute_exists(${KEY_ATTRIBUTES.pk})`;
const NEVER = `${ABSENT} AND ${PRESENT}`;
const MAX_OPERANDS = 100;

/** A condition as a ConditionExpression. */
export function toConditionExpression(condition: Condition, placeholders: Placeholders): string {
  switch (condition.kind) {
    case 'absent':
      return ABSENT;
    case 'present':
      return PRESENT;
    case 'equals':
      return `${placeholders.name(condition.attribute)} = ${placeholders.value(condition.value)}`;
    case 'in':
      return anyOf(inLists(condition.attribute, condition.values, placeholders));
    case 'absent_or_less': {
      const name = placeholders.name(condition.attribute);
      return `attribute_not_exists(${name}) OR ${name} < ${placeholders.value(condition.value)}`;
    }
    case 'any':
      return anyOf(condition.of.map((part) => toConditionExpression(part, placeholders)));
  }
}

/** An update's changes as an UpdateExpression. @throws TypeError when it changes nothing */
export function toUpdateExpression(
  { set = {}, add = {} }: Pick<UpdateWrite, 'set' | 'add'>,
  placeholders: Placeholders,
): string {
  const sets = Object.entries(set)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${placeholders.name(name)} = ${placeholders.value(value)}`);
  const adds = Object.entries(add).map(
    ([name, amount]) => `${placeholders.name(name)} ${placeholders.value(amount)}`,
  );
  if (sets.length + adds.length === 0) throw new TypeError('An update changes at least one attribute');
  return [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(adds.length === 0 ? [] : [`ADD ${adds.join(', ')}`]),
  ].join(' ');
}

function inLists(
  attribute: string,
  values: readonly (string | number)[],
  placeholders: Placeholders,
): string[] {
  const lists: string[] = [];
  for (let start = 0; start < values.length; start += MAX_OPERANDS) {
    const operands = values.slice(start, start + MAX_OPERANDS).map((value) => placeholders.value(value));
    lists.push(`${placeholders.name(attribute)} IN (${operands.join(', ')})`);
  }
  return lists;
}

// DynamoDB refuses redundant parentheses, so one part gets none.
function anyOf(parts: readonly string[]): string {
  const [first = NEVER, ...others] = parts;
  return others.length === 0 ? first : parts.map((part) => `(${part})`).join(' OR ');
}
