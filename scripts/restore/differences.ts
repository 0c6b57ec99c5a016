import type { KeySchemaElement, TableDescription } from '@aws-sdk/client-dynamodb';
import { INDEX_ATTRIBUTES, KEY_ATTRIBUTES, TABLES } from '../../src/adapters/dynamodb/table.ts';
import type { TableName } from '../../src/adapters/table/port.ts';

/** In what a table isn't as its declaration has it: keys, indexes, billing, stream. Empty where nothing differs. */
export function findDifferences(table: TableName, description: TableDescription): string[] {
  const { indexes, stream } = TABLES[table];
  const found = description.GlobalSecondaryIndexes ?? [];
  return [
    ...compare('its status', description.TableStatus, 'ACTIVE'),
    ...compare('its billing', description.BillingModeSummary?.BillingMode, 'PAY_PER_REQUEST'),
    ...compare('its key', keyOf(description.KeySchema), wantedKey(KEY_ATTRIBUTES)),
    ...compare('its stream', streamOf(description), stream ?? 'none'),
    ...compare('its indexes', names(found.map(({ IndexName }) => IndexName ?? '')), names(indexes)),
    ...compare('attributes that aren’t text', otherThanText(description), ''),
    ...indexes.flatMap((name) => {
      const index = found.find(({ IndexName }) => IndexName === name);
      if (index === undefined) return [];
      return [
        ...compare(`the key of ${name}`, keyOf(index.KeySchema), wantedKey(INDEX_ATTRIBUTES[name])),
        ...compare(`what ${name} holds`, index.Projection?.ProjectionType, 'ALL'),
        ...compare(`the status of ${name}`, index.IndexStatus, 'ACTIVE'),
      ];
    }),
  ];
}

function compare(what: string, found: string | undefined, wanted: string): string[] {
  return found === wanted ? [] : [`${what}: ${found ?? 'unknown'} instead of ${wanted}`];
}

function names(list: readonly string[]): string {
  return list.toSorted().join(', ') || 'none';
}

function keyOf(schema: readonly KeySchemaElement[] = []): string {
  return schema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
}

function wantedKey({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk} HASH, ${sk} RANGE`;
}

function streamOf({ StreamSpecification: stream }: TableDescription): string {
  return stream?.StreamEnabled === true ? (stream.StreamViewType ?? 'unknown') : 'none';
}

function otherThanText({ AttributeDefinitions = [] }: TableDescription): string {
  const others = AttributeDefinitions.filter(({ AttributeType }) => AttributeType !== 'S');
  return others.map(({ AttributeName }) => AttributeName).join(', ');
}
