import * as sdk from '@aws-sdk/client-ecs';

/**
 * Checks a request's body against the model that the SDK carries: required members, members that don't exist, types.
 * A schema is a number for a simple type (64 added for a list of it, 128 for a map), or an array that begins with its kind.
 */
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const OPERATION = 9;
const LIST_OF = 64;
const MAP_OF = 128;
const SIMPLE_TYPES: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'number',
};

/** @returns what is wrong with the input of an operation, each with its path; empty when nothing is
 *  @throws Error for an operation that the SDK doesn't know */
export function findModelErrors(operation: string, input: unknown): string[] {
  const schema: unknown = (sdk as Readonly<Record<string, unknown>>)[`${operation}$`];
  if (!Array.isArray(schema) || schema[0] !== OPERATION) throw new Error(`No operation ${operation}`);
  return check(schema[4], input, operation);
}

function check(reference: unknown, value: unknown, path: string): string[] {
  const schema = resolve(reference);
  if (typeof schema === 'number') return checkSimple(schema, value, path);
  if (!Array.isArray(schema)) return [`${path}: a schema of an unknown form`];
  switch (schema[0]) {
    case 0:
      return check(schema[4], value, path);
    case LIST:
      return checkList(schema[4], value, path);
    case MAP:
      return checkMap(schema[5], value, path);
    case STRUCTURE:
    case UNION:
      return checkStructure(schema, value, path);
    default:
      return [`${path}: a schema of an unknown kind`];
  }
}

/** A member is a schema, a function that gives it, or either with traits. */
function resolve(reference: unknown): unknown {
  if (typeof reference === 'function') return resolve(reference());
  const is_pair = Array.isArray(reference) && reference.length === 2;
  return is_pair ? resolve(reference[0]) : reference;
}

function checkSimple(schema: number, value: unknown, path: string): string[] {
  if (schema >= MAP_OF) return checkMap(schema - MAP_OF, value, path);
  if (schema >= LIST_OF) return checkList(schema - LIST_OF, value, path);
  const type = SIMPLE_TYPES[schema];
  if (type === undefined) return [`${path}: a type that no call here uses`];
  return typeof value === type ? [] : [`${path}: ${typeof value} instead of ${type}`];
}

function checkList(item: unknown, value: unknown, path: string): string[] {
  if (!Array.isArray(value)) return [`${path}: not a list`];
  return value.flatMap((entry, index) => check(item, entry, `${path}[${index}]`));
}

function checkMap(item: unknown, value: unknown, path: string): string[] {
  if (!isRecord(value)) return [`${path}: not a map`];
  return Object.entries(value).flatMap(([key, entry]) => check(item, entry, `${path}.${key}`));
}

function checkStructure(schema: readonly unknown[], value: unknown, path: string): string[] {
  if (!isRecord(value)) return [`${path}: not a structure`];
  const names = schema[4] as readonly string[];
  const members = schema[5] as readonly unknown[];
  const required = names.slice(0, Number(schema[6] ?? 0));
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${path}.${name}: required`),
    ...Object.entries(value).flatMap(([name, entry]) => {
      const position = names.indexOf(name);
      return position === -1
        ? [`${path}.${name}: no such member`]
        : check(members[position], entry, `${path}.${name}`);
    }),
  ];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
