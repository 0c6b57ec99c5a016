import {
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOutboxSweeper } from '../../../functions/schedules/sweep.ts';
import { type RestoreResult, restoreTables } from '../../../scripts/restore/restore.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { outboxWrites, readOverdueItems } from '../../../src/adapters/stores/outbox.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type { DomainEvent } from '../../../src/domain/shared/events.ts';
import { tableContract } from '../../contract/table/table-contract.ts';
import { useTestTables } from '../../support/aws.ts';
import { completeRecoveryAnswers, enableRecovery } from '../../support/aws-recovery.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';
import { testId } from '../../support/test-ids.ts';

const WAITING = { max_wait_s: 120, min_delay_s: 1 };
const TENANT = testId('ten', 7);
const KEY = { table: 'tenants', pk: `T#${TENANT}`, sk: 'TENANT' } as const;
const HOST = { table: 'directory', pk: 'HOST#drill', sk: 'HOST' } as const;
const EVENT: DomainEvent = {
  id: testId('evt', 7),
  type: 'branchline.project.created',
  schema_version: 1,
  tenant_id: TENANT,
  entity: { id: testId('prj', 7), version: 1 },
  occurred_at: '2026-01-01T00:00:00.000Z',
  data: {},
};

const source = useTestTables();
let dynamo: DynamoDBClient;
let result: RestoreResult;
let table: Table;

const restore = async (at: Date | 'latest'): Promise<RestoreResult> => {
  const request = { stage: 'prod', source: source().names, at, dry_run: false } as const;
  const made = await restoreTables({ dynamo, print: () => undefined, waiting: WAITING }, request);
  return made ?? expect.fail('it was no dry run');
};
const names = () => [result.restored.directoryTable, result.restored.tenantsTable];

beforeAll(async () => {
  dynamo = source().client;
  completeRecoveryAnswers(dynamo);
  await enableRecovery(dynamo, Object.values(source().names));
  for (const TableName of Object.values(source().names)) {
    const { Table: made } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const Tags = [{ Key: 'stage', Value: 'prod' }];
    await dynamo.send(new TagResourceCommand({ ResourceArn: made?.TableArn, Tags }));
  }
  const before = createDynamoTable(dynamo, source().names);
  await before.write({ kind: 'put', item: { key: KEY, attributes: { name: 'before' } } });
  await before.write({ kind: 'put', item: { key: HOST, attributes: { tenant_id: TENANT } } });
  for (const write of outboxWrites([EVENT])) await before.write(write);
  result = await restore('latest');
  table = createDynamoTable(dynamo, {
    directory: result.restored.directoryTable,
    tenants: result.restored.tenantsTable,
  });
});

afterAll(async () => {
  for (const TableName of names()) {
    await dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await dynamo.send(new DeleteTableCommand({ TableName }));
  }
});

describe('tables restored by the script', () => {
  test('are as their declaration says', () => {
    expect(result.differences).toEqual([]);
    expect(result.restored.tenantsStreamLabel).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  });

  test('hold what was written before', async () => {
    expect((await table.get(KEY))?.attributes).toEqual({ name: 'before' });
    expect((await table.get(HOST))?.attributes).toEqual({ tenant_id: TENANT });
  });

  test('have what a restore leaves off: TTL, recovery, protection, tags, and the tenants’ stream', async () => {
    for (const TableName of names()) {
      const { Table: made } = await dynamo.send(new DescribeTableCommand({ TableName }));
      const ttl = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
      const backups = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
      const tags = await dynamo.send(new ListTagsOfResourceCommand({ ResourceArn: made?.TableArn }));
      expect(made?.DeletionProtectionEnabled).toBe(true);
      expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'expires_at_s' });
      expect(
        backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
      ).toBe('ENABLED');
      expect(tags.Tags).toEqual([{ Key: 'stage', Value: 'prod' }]);
    }
    const { Table: tenants } = await dynamo.send(
      new DescribeTableCommand({ TableName: result.restored.tenantsTable }),
    );
    expect(tenants?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' });
  });

  test('are done: the same again, by the same point, changes nothing', async () => {
    const [, point = ''] = /-(\d{8}T\d{6}Z)$/.exec(result.restored.tenantsTable) ?? [];
    const at = new Date(point.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
    expect(await restore(at)).toEqual(result);
  });

  test('can’t be deleted by accident', async () => {
    for (const TableName of names()) {
      await expect(dynamo.send(new DeleteTableCommand({ TableName }))).rejects.toThrow();
    }
  });

  test('have no record of an event that was waiting in the outbox: the sweeper publishes it', async () => {
    const published: DomainEvent[] = [];
    const sweep = createOutboxSweeper({
      readOverdue: (before) => readOverdueItems(table, before, 10),
      report: async () => undefined,
      bury: async (_item, reason) => {
        throw new Error(reason);
      },
      publish: async (events) => {
        published.push(...events);
        return new Set();
      },
      remove: ({ pk, sk }) => table.write({ kind: 'delete', key: { table: 'tenants', pk, sk } }),
      clock: { now: () => new Date() },
      logger: createRecordedLogger(),
    });

    expect(await sweep()).toEqual({ published: 1 });
    expect(published).toEqual([EVENT]);
    expect(await sweep()).toEqual({ published: 0 });
  });
});

tableContract('restored tables', async () => ({ table, close: async () => undefined }));
