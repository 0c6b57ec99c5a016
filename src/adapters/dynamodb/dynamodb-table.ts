import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  PutItemCommand,
  QueryCommand,
  ReturnConsumedCapacity,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Breaker, NO_BREAKER } from '../resilience/breaker.ts';
import type { Consumed, OnConsumed } from '../table/consumed.ts';
import {
  type Attributes,
  type CheckWrite,
  type Item,
  type Key,
  MAX_BATCH_KEYS,
  MAX_TRANSACTION_WRITES,
  type Query,
  type QueryResult,
  type Table,
  type TableName,
  type Write,
} from '../table/port.ts';
import { type Accounted, readConsumed } from './capacity.ts';
import { isOutage } from './errors.ts';
import { toAttributes, toItem, toStoredKey } from './items.ts';
import { positionOf, toQueryInput } from './query.ts';
import { keyOf, type TableNames, toDelete, toPut, toTransactItem, toUpdate } from './requests.ts';
import {
  type Call,
  jitteredDelay,
  MAX_ATTEMPTS,
  type RetryOptions,
  unavailable,
  withRetries,
} from './retry.ts';

export interface DynamoTableOptions extends Partial<RetryOptions> {
  /** Told what each request cost; DynamoDB is asked for it only where somebody listens. */
  readonly onConsumed?: OnConsumed | undefined;
  /** A new token for each transaction. */
  readonly newToken?: () => string;
  /** The one of all tables of a process: they are on the same DynamoDB. */
  readonly breaker?: Breaker;
}

const TABLE_NAMES: readonly TableName[] = ['directory', 'tenants'];

/** The Table port on DynamoDB.
 *  @param client - made without retries of its own, see `createDynamoClients`: this adapter repeats what may be */
export function createDynamoTable(
  client: DynamoDBClient,
  names: TableNames,
  options: DynamoTableOptions = {},
): Table {
  return new DynamoTable(client, names, options);
}

class DynamoTable implements Table {
  readonly #client: DynamoDBClient;
  readonly #names: TableNames;
  readonly #retry: RetryOptions;
  readonly #onConsumed: OnConsumed | undefined;
  /** The parameter of every request that has it told what it cost. */
  readonly #accounting: { readonly ReturnConsumedCapacity?: ReturnConsumedCapacity };
  readonly #newToken: () => string;
  readonly #breaker: Breaker;

  constructor(client: DynamoDBClient, names: TableNames, options: DynamoTableOptions) {
    this.#client = client;
    this.#names = names;
    this.#retry = {
      random: options.random ?? Math.random,
      sleep: options.sleep ?? setTimeout,
      now_ms: options.now_ms ?? (() => performance.now()),
      max_duration_ms: options.max_duration_ms ?? Number.POSITIVE_INFINITY,
    };
    this.#onConsumed = options.onConsumed;
    this.#accounting =
      options.onConsumed === undefined ? {} : { ReturnConsumedCapacity: ReturnConsumedCapacity.INDEXES };
    this.#newToken = options.newToken ?? randomUUID;
    this.#breaker = options.breaker ?? NO_BREAKER;
  }

  async get(key: Key): Promise<Item | undefined> {
    const input = {
      TableName: this.#names[key.table],
      Key: toStoredKey(key),
      ConsistentRead: true,
      ...this.#accounting,
    };
    const output = await this.#do('get', [key], true, () => this.#client.send(new GetItemCommand(input)));
    return output.Item === undefined ? undefined : toItem(key.table, output.Item);
  }

  async batchGet(keys: readonly Key[]): Promise<Item[]> {
    const different = new Map(keys.map((key) => [identityOf(key), key]));
    if (different.size > MAX_BATCH_KEYS) throw new RangeError(`At most ${MAX_BATCH_KEYS} keys in a batch`);
    const items: Item[] = [];
    let pending = this.#toBatch([...different.values()]);
    let failed_attempts = 0;
    while (countKeys(pending) > 0) {
      const output = await this.#batchGetOnce(keys, pending);
      items.push(...this.#readBatch(output));
      const unprocessed = output.UnprocessedKeys ?? {};
      failed_attempts = countKeys(unprocessed) < countKeys(pending) ? 0 : failed_attempts + 1;
      pending = unprocessed;
      if (countKeys(pending) === 0) break;
      const call = { operation: 'batchGet', keys, is_repeatable: true };
      if (failed_attempts === MAX_ATTEMPTS) throw unavailable(call, failed_attempts, UNPROCESSED);
      await this.#retry.sleep(jitteredDelay(Math.max(1, failed_attempts), this.#retry.random));
    }
    return items;
  }

  async query(query: Query): Promise<QueryResult> {
    const input = toQueryInput(query, this.#names[query.table]);
    if (input === undefined) return { items: [], last: undefined };
    // One item longer than asked for, which tells whether there is more. DynamoDB also ends a page at 1 MB.
    const wanted = query.limit + 1;
    const found: Item[] = [];
    let start = input.ExclusiveStartKey;
    do {
      const command = {
        ...input,
        ...this.#accounting,
        Limit: wanted - found.length,
        ExclusiveStartKey: start,
      };
      const output = await this.#do('query', [query], true, () =>
        this.#client.send(new QueryCommand(command)),
      );
      found.push(...(output.Items ?? []).map((stored) => toItem(query.table, stored)));
      start = output.LastEvaluatedKey;
    } while (start !== undefined && found.length < wanted);
    const items = found.slice(0, query.limit);
    const last = found.length > query.limit ? items.at(-1) : undefined;
    return { items, last: last === undefined ? undefined : positionOf(last, query) };
  }

  async write(write: Exclude<Write, CheckWrite>): Promise<void> {
    const send = this.#prepare(write);
    const adds = write.kind === 'update' && write.add !== undefined;
    const key = keyOf(write);
    await this.#do('write', [key], write.condition === undefined && !adds, send);
  }

  async add(key: Key, amounts: { readonly [name: string]: number }): Promise<Attributes> {
    const update = toUpdate({ kind: 'update', key, add: amounts }, this.#names);
    const command = { ...update, ...this.#accounting, ReturnValues: 'ALL_NEW' } as const;
    const output = await this.#do('add', [key], false, () =>
      this.#client.send(new UpdateItemCommand(command)),
    );
    return toAttributes(output.Attributes ?? {});
  }

  async transact(writes: readonly Write[]): Promise<void> {
    if (writes.length > MAX_TRANSACTION_WRITES) {
      throw new RangeError(`At most ${MAX_TRANSACTION_WRITES} writes in a transaction`);
    }
    const keys = writes.map(keyOf);
    if (new Set(keys.map(identityOf)).size !== keys.length) {
      throw new RangeError('A transaction touches each item once');
    }
    if (writes.length === 0) return;
    const input = {
      TransactItems: writes.map((write) => toTransactItem(write, this.#names)),
      // Makes repeating this one transaction harmless. Never derived from the writes: the same writes, meant a second
      // time within ten minutes, would be taken for a repetition and answered with success, conditions unread.
      ClientRequestToken: this.#newToken(),
      ...this.#accounting,
    };
    await this.#do('transact', keys, true, () => this.#client.send(new TransactWriteItemsCommand(input)));
  }

  #prepare(write: Exclude<Write, CheckWrite>): () => Promise<Accounted> {
    switch (write.kind) {
      case 'put': {
        const input = { ...toPut(write, this.#names), ...this.#accounting };
        return () => this.#client.send(new PutItemCommand(input));
      }
      case 'update': {
        const input = { ...toUpdate(write, this.#names), ...this.#accounting };
        return () => this.#client.send(new UpdateItemCommand(input));
      }
      case 'delete': {
        const input = { ...toDelete(write, this.#names), ...this.#accounting };
        return () => this.#client.send(new DeleteItemCommand(input));
      }
    }
  }

  async #batchGetOnce(keys: readonly Key[], RequestItems: Batch): Promise<BatchGetItemCommandOutput> {
    const input = { RequestItems, ...this.#accounting };
    return this.#do('batchGet', keys, true, () => this.#client.send(new BatchGetItemCommand(input)));
  }

  #toBatch(keys: readonly Key[]): Batch {
    const parts = TABLE_NAMES.flatMap((table) => {
      const own = keys.filter((key) => key.table === table).map(toStoredKey);
      return own.length === 0 ? [] : [[this.#names[table], { Keys: own, ConsistentRead: true }] as const];
    });
    return Object.fromEntries(parts);
  }

  #readBatch({ Responses = {} }: BatchGetItemCommandOutput): Item[] {
    return TABLE_NAMES.flatMap((table) =>
      (Responses[this.#names[table]] ?? []).map((stored) => toItem(table, stored)),
    );
  }

  #do<T extends Accounted>(
    operation: keyof Table,
    keys: Call['keys'],
    is_repeatable: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const call = { operation, keys, is_repeatable };
    return this.#breaker.run(() => withRetries(call, this.#retry, () => this.#reported(operation, work)), {
      isFailure: isOutage,
    });
  }

  async #reported<T extends Accounted>(operation: keyof Table, work: () => Promise<T>): Promise<T> {
    let consumed: Consumed[] = [];
    try {
      const answer = await work();
      consumed = readConsumed(operation, this.#names, answer);
      return answer;
    } finally {
      this.#onConsumed?.({ operation, consumed });
    }
  }
}

type Batch = Record<string, KeysAndAttributes>;

const UNPROCESSED = { name: 'UnprocessedKeys' };

function countKeys(batch: Batch): number {
  return Object.values(batch).reduce((sum, { Keys = [] }) => sum + Keys.length, 0);
}

/** The same text for the same item, in whatever order a key's fields were written. */
function identityOf({ table, pk, sk }: Key): string {
  return JSON.stringify([table, pk, sk]);
}
