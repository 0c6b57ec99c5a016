import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../../../src/adapters/dynamodb/dynamodb-table.ts';
import { MAX_ATTEMPTS } from '../../../../src/adapters/dynamodb/retry.ts';
import { ConditionFailedError, type Write } from '../../../../src/adapters/table/port.ts';
import { awsError, createMockedTable, item, key, type MockedTable, NAMES, RANDOM } from './harness.ts';

let mocked: MockedTable;
beforeEach(() => {
  mocked = createMockedTable();
});

const cancelled = (...codes: readonly string[]) =>
  awsError('TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code, ...(Code === 'None' ? {} : { Message: Code }) })),
  });
const put: Write = { kind: 'put', item: item('a') };
const writes: Write[] = [put, { kind: 'check', key: key('b'), condition: { kind: 'present' } }];

describe('what DynamoDB has no room for', () => {
  test.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'TransactionConflictException',
  ])('%s is tried again after pauses of random length, ever longer ones', async (name) => {
    mocked.mock.on(PutItemCommand).rejectsOnce(awsError(name)).rejectsOnce(awsError(name)).resolves({});

    await mocked.table.write({ ...put, condition: { kind: 'absent' } });

    expect(mocked.sleeps).toEqual([12.5, 25]);
    expect(mocked.inputs()).toHaveLength(3);
  });

  test('ends as SERVICE_UNAVAILABLE, with advice and the cause for the log alone', async () => {
    const error = awsError('ThrottlingException', {
      throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
    });
    mocked.mock.on(UpdateItemCommand).rejects(error);

    const work = mocked.table.add(key('a'), { n: 1 });

    await expect(work).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retry_after_s: 2 });
    await expect(work).rejects.toMatchObject({ detail: expect.not.stringContaining('T#ten_1') });
    await expect(work).rejects.toMatchObject({ cause: { cause: error } });
    for (const part of ['add on tenants/T#ten_1', 'KeyRange', '1,000 write units', 'spread']) {
      await expect(work).rejects.toMatchObject({ cause: { message: expect.stringContaining(part) } });
    }
    expect(mocked.inputs()).toHaveLength(MAX_ATTEMPTS);
    expect(mocked.sleeps).toEqual([12.5, 25, 50, 100, 200, 400, 500]);
  });

  test('never brings an e-mail address into the log', async () => {
    mocked.mock.on(GetItemCommand).rejects(awsError('ThrottlingException'));
    const work = mocked.table.get({ table: 'directory', pk: 'EMAIL#ada@example.com', sk: 'EMAIL' });

    await expect(work).rejects.toMatchObject({ cause: { message: expect.not.stringContaining('ada@') } });
  });
});

describe('a call of which nobody knows whether it was done', () => {
  const lost = awsError('InternalServerError', { $metadata: { httpStatusCode: 500 } });

  test('is repeated where that changes nothing', async () => {
    mocked.mock.onAnyCommand().rejectsOnce(lost).resolves({});
    await mocked.table.get(key('a'));
    mocked.mock.reset();
    mocked.mock.onAnyCommand().rejectsOnce(awsError('TimeoutError')).resolves({});
    await mocked.table.write(put);

    expect(mocked.inputs()).toHaveLength(2);
  });

  test('is not repeated where it would count twice or refuse its own work', async () => {
    mocked.mock.onAnyCommand().rejects(lost);

    for (const work of [
      () => mocked.table.add(key('a'), { n: 1 }),
      () => mocked.table.write({ kind: 'update', key: key('a'), add: { n: 1 } }),
      () => mocked.table.write({ ...put, condition: { kind: 'absent' } }),
    ]) {
      mocked.mock.resetHistory();
      await expect(work()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(mocked.inputs()).toHaveLength(1);
    }
  });

  test('is repeated in a transaction, whose token makes it the same one', async () => {
    mocked.mock.on(TransactWriteItemsCommand).rejectsOnce(lost).resolves({});
    await mocked.table.transact(writes);

    expect(
      mocked.inputs().map((input) => (input as { ClientRequestToken?: string }).ClientRequestToken),
    ).toEqual(['token-1', 'token-1']);
  });
});

describe('a refused condition', () => {
  test('of a single write is that of write 0, and not tried again', async () => {
    mocked.mock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(mocked.table.write(put)).rejects.toMatchObject({ name: 'ConditionFailed', failed: [0] });
    expect(mocked.inputs()).toHaveLength(1);
  });

  test('of a transaction says which, also where others conflicted', async () => {
    mocked.mock
      .on(TransactWriteItemsCommand)
      .rejects(cancelled('ConditionalCheckFailed', 'None', 'TransactionConflict', 'ConditionalCheckFailed'));

    await expect(mocked.table.transact(writes)).rejects.toEqual(new ConditionFailedError([0, 3]));
    expect(mocked.inputs()).toHaveLength(1);
  });
});

test.each(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError'])(
  'a transaction that was cancelled for %s alone is tried again',
  async (code) => {
    mocked.mock.on(TransactWriteItemsCommand).rejectsOnce(cancelled('None', code)).resolves({});
    await mocked.table.transact(writes);

    expect(mocked.sleeps).toEqual([12.5]);
  },
);

test('transactions that conflict for good end as SERVICE_UNAVAILABLE', async () => {
  mocked.mock.on(TransactWriteItemsCommand).rejects(cancelled('TransactionConflict', 'None'));

  await expect(mocked.table.transact(writes)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    cause: { message: expect.stringContaining('TransactionConflict') },
  });
});

describe('an item that grew too large', () => {
  const message = 'Item size to update has exceeded the maximum allowed size';

  test('is a RangeError, from an update and from a transaction', async () => {
    mocked.mock.on(UpdateItemCommand).rejects(awsError('ValidationException', { message }));
    mocked.mock.on(TransactWriteItemsCommand).rejects(
      awsError('TransactionCanceledException', {
        CancellationReasons: [{ Code: 'ValidationError', Message: message }],
      }),
    );

    await expect(mocked.table.add(key('a'), { n: 1 })).rejects.toThrow(RangeError);
    await expect(mocked.table.transact([put])).rejects.toThrow(RangeError);
  });
});

test('any other answer of AWS’s is a failure behind us, and not tried again', async () => {
  const error = awsError('AccessDeniedException');
  mocked.mock.on(GetItemCommand).rejects(error);

  await expect(mocked.table.get(key('a'))).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', cause: error });
  expect(mocked.inputs()).toHaveLength(1);
});

test('what is no answer of AWS’s comes out as it is', async () => {
  const error = new TypeError('our own');
  mocked.mock.on(GetItemCommand).rejects(error);

  await expect(mocked.table.get(key('a'))).rejects.toBe(error);
});

describe('where somebody waits there is no time for every attempt', () => {
  /** A table whose calls each take as long. */
  function slow(call_ms: number) {
    let now_ms = 0;
    const table = createDynamoTable(mocked.client, NAMES, {
      random: () => RANDOM,
      sleep: async (duration_ms) => {
        now_ms += duration_ms;
      },
      now_ms: () => now_ms,
      max_duration_ms: 3000,
    });
    mocked.mock.on(GetItemCommand).callsFake(() => {
      now_ms += call_ms;
      throw awsError('TimeoutError');
    });
    return table;
  }

  test.each([
    [400, 6],
    [1000, 3],
    [2000, 2],
    // Not one alone, however long it took: it may have been the process that stood still.
    [60_000, 2],
  ])('calls that take %i ms are given up after %i', async (call_ms, attempts) => {
    const table = slow(call_ms);
    await expect(table.get(key('a'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(mocked.inputs()).toHaveLength(attempts);
  });
});

describe('keys that a batch left over', () => {
  const stored = (sk: string) => ({ pk: { S: 'T#ten_1' }, sk: { S: sk } });
  const left = (...names: readonly string[]) => ({ Tenants: { Keys: names.map(stored) } });

  test('are asked for again until none is left', async () => {
    mocked.mock
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: { Tenants: [stored('a')] }, UnprocessedKeys: left('b', 'c') })
      .resolvesOnce({ Responses: {}, UnprocessedKeys: left('b', 'c') })
      .resolves({ Responses: { Tenants: [stored('b'), stored('c')] }, UnprocessedKeys: {} });

    const items = await mocked.table.batchGet(['a', 'b', 'c'].map((sk) => key(sk)));

    expect(items.map((each) => each.key.sk)).toEqual(['a', 'b', 'c']);
    expect(mocked.inputs().slice(1)).toMatchObject([
      { RequestItems: left('b', 'c') },
      { RequestItems: left('b', 'c') },
    ]);
    expect(mocked.sleeps).toEqual([12.5, 12.5]);
  });

  test('end as SERVICE_UNAVAILABLE when no attempt gets any', async () => {
    mocked.mock.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: left('a') });

    await expect(mocked.table.batchGet([key('a')])).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { message: expect.stringContaining('UnprocessedKeys') },
    });
    expect(mocked.inputs()).toHaveLength(MAX_ATTEMPTS);
  });
});
