import type { IndexName, TableName } from '../table/port.ts';

/**
 * What the two DynamoDB tables look like, as data: the infrastructure makes them from it and the adapter reads and
 * writes by it. It imports no SDK, so that synthesising a stack doesn't load one.
 */

/** The attributes that hold an item's key, both of them strings. */
export const KEY_ATTRIBUTES = { pk: 'pk', sk: 'sk' } as const;

/** The TTL attribute: a number, seconds since 1970. */
export const TTL_ATTRIBUTE = 'expires_at_s';

/** The global secondary indexes, each with the attributes that hold an item's place in it. Each projects all. */
export const INDEX_ATTRIBUTES: Readonly<Record<IndexName, { readonly pk: string; readonly sk: string }>> = {
  by_project: { pk: 'by_project_pk', sk: 'by_project_sk' },
  by_tenant: { pk: 'by_tenant_pk', sk: 'by_tenant_sk' },
  by_status: { pk: 'by_status_pk', sk: 'by_status_sk' },
  due: { pk: 'due_pk', sk: 'due_sk' },
};

export interface TableDeclaration {
  readonly indexes: readonly IndexName[];
  /** What the table's stream carries; undefined where there is none. */
  readonly stream: 'NEW_IMAGE' | undefined;
}

/** The directory is read by key alone and holds no events, so it has neither index nor stream. */
export const TABLES: Readonly<Record<TableName, TableDeclaration>> = {
  directory: { indexes: [], stream: undefined },
  tenants: { indexes: ['by_project', 'by_tenant', 'by_status', 'due'], stream: 'NEW_IMAGE' },
};

/** How the partition keys of the `due` index begin, by what waits there: a schedule may look at its own alone. A number,
 *  the shard's, comes behind. */
export const DUE_PARTITIONS = { outbox: 'DUE#OUTBOX#', purge: 'DUE#PURGE#' } as const;

/** How the partition key of every outbox item ends, and that of no other item. */
export const OUTBOX_SUFFIX = '#OUTBOX';

/** The Lambda filter pattern that lets new outbox items through and nothing else: neither what acknowledging or TTL
 *  does to them later, nor any other item. */
export const OUTBOX_FILTER = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { [KEY_ATTRIBUTES.pk]: { S: [{ suffix: OUTBOX_SUFFIX }] } } },
} as const;
