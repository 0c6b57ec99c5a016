import type { Delete, Put, TransactWriteItem, Update } from '@aws-sdk/client-dynamodb';
import type { Condition, DeleteWrite, Key, PutWrite, TableName, UpdateWrite, Write } from '../table/port.ts';
import { Placeholders, toConditionExpression, toUpdateExpression } from './expressions.ts';
import { toStoredItem, toStoredKey } from './items.ts';

/** The real names of the two tables. */
export type TableNames = Readonly<Record<TableName, string>>;

export function keyOf(write: Write): Key {
  return write.kind === 'put' ? write.item.key : write.key;
}

/** The parameters of PutItem, also inside of a transaction. */
export function toPut(write: PutWrite, names: TableNames): Put {
  return {
    TableName: names[write.item.key.table],
    Item: toStoredItem(write.item),
    ...conditionParameters(write.condition, new Placeholders()),
  };
}

/** The parameters of UpdateItem, also inside of a transaction. */
export function toUpdate(write: UpdateWrite, names: TableNames): Update {
  const placeholders = new Placeholders();
  const UpdateExpression = toUpdateExpression(write, placeholders);
  return {
    TableName: names[write.key.table],
    Key: toStoredKey(write.key),
    UpdateExpression,
    ...conditionParameters(write.condition, placeholders),
  };
}

/** The parameters of DeleteItem, also inside of a transaction. */
export function toDelete(write: DeleteWrite, names: TableNames): Delete {
  return {
    TableName: names[write.key.table],
    Key: toStoredKey(write.key),
    ...conditionParameters(write.condition, new Placeholders()),
  };
}

/** One write of a transaction. */
export function toTransactItem(write: Write, names: TableNames): TransactWriteItem {
  switch (write.kind) {
    case 'put':
      return { Put: toPut(write, names) };
    case 'update':
      return { Update: toUpdate(write, names) };
    case 'delete':
      return { Delete: toDelete(write, names) };
    case 'check': {
      const placeholders = new Placeholders();
      const ConditionExpression = toConditionExpression(write.condition, placeholders);
      const where = { TableName: names[write.key.table], Key: toStoredKey(write.key) };
      return { ConditionCheck: { ...where, ConditionExpression, ...placeholders.parameters() } };
    }
  }
}

function conditionParameters(condition: Condition | undefined, placeholders: Placeholders) {
  if (condition === undefined) return placeholders.parameters();
  const ConditionExpression = toConditionExpression(condition, placeholders);
  return { ConditionExpression, ...placeholders.parameters() };
}
