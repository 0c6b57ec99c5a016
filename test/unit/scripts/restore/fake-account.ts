import {
  ContinuousBackupsUnavailableException,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
  type Tag,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { INDEX_ATTRIBUTES, KEY_ATTRIBUTES, TABLES } from '../../../../src/adapters/dynamodb/table.ts';
import type { TableName } from '../../../../src/adapters/table/port.ts';

/** One table, with what DynamoDB keeps beside its description. */
export interface FakeTable {
  description: TableDescription;
  tags: Tag[];
  ttl: string | undefined;
  window: { readonly earliest: Date; readonly latest: Date } | undefined;
  /** How many more times it is seen as changing. */
  changing: number;
}

export const EARLIEST = new Date('2026-10-21T12:00:00.400Z');
export const LATEST = new Date('2026-11-25T15:55:07.900Z');
export const SOURCE = { directory: 'own-directory', tenants: 'own-tenants' };
const METADATA = { $metadata: {}, message: 'no' };

/** What DynamoDB does with tables that are restored, as its documentation has it: the stand-in leaves out that it takes
 *  time, that settings are lost, and where a table came from. Anything else is refused. */
export function createFakeAccount() {
  const tables = new Map<string, FakeTable>([
    [SOURCE.directory, ownTable('directory')],
    [SOURCE.tenants, ownTable('tenants')],
  ]);
  const changes: string[] = [];
  /** Where the process dies: before or after so many changes. */
  const death = { before: Number.POSITIVE_INFINITY, after: Number.POSITIVE_INFINITY };
  const dynamo = new DynamoDBClient({ region: 'eu-central-1' });
  const mock = mockClient(dynamo);

  const find = (name = ''): FakeTable => {
    const table = tables.get(name.replace(/^arn:.*:table\//, ''));
    if (table === undefined) throw new ResourceNotFoundException(METADATA);
    return table;
  };
  const change = <T>(what: string, name: string | undefined, make: () => T): T => {
    if (changes.length >= death.before) throw new Error('killed');
    const result = make();
    changes.push(`${what} ${name}`);
    if (changes.length >= death.after) throw new Error('killed');
    return result;
  };
  const demandActive = (table: FakeTable): void => {
    if (table.changing > 0) throw new ResourceInUseException(METADATA);
  };

  mock.onAnyCommand().callsFake((input) => {
    throw new Error(`no such call is expected: ${JSON.stringify(input)}`);
  });
  mock.on(DescribeTableCommand).callsFake(({ TableName }) => {
    const table = find(TableName);
    const TableStatus = table.changing > 0 ? 'UPDATING' : 'ACTIVE';
    table.changing = Math.max(0, table.changing - 1);
    return { Table: { ...table.description, TableStatus } };
  });
  mock.on(DescribeContinuousBackupsCommand).callsFake(({ TableName }) => {
    const { window } = find(TableName);
    const PointInTimeRecoveryDescription =
      window === undefined
        ? { PointInTimeRecoveryStatus: 'DISABLED' }
        : {
            PointInTimeRecoveryStatus: 'ENABLED',
            EarliestRestorableDateTime: window.earliest,
            LatestRestorableDateTime: window.latest,
          };
    return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription } };
  });
  mock.on(DescribeTimeToLiveCommand).callsFake(({ TableName }) => {
    const { ttl } = find(TableName);
    const TimeToLiveDescription =
      ttl === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: ttl };
    return { TimeToLiveDescription };
  });
  // Two a page, so that a reader of the first page alone would miss some.
  mock.on(ListTagsOfResourceCommand).callsFake(({ ResourceArn, NextToken = '0' }) => {
    const { tags } = find(ResourceArn);
    const next = Number(NextToken) + 2;
    const page = { Tags: tags.slice(Number(NextToken), next) };
    return next < tags.length ? { ...page, NextToken: String(next) } : page;
  });

  mock.on(RestoreTableToPointInTimeCommand).callsFake((input) =>
    change(`restore ${input.RestoreDateTime?.toISOString()}`, input.TargetTableName, () => {
      const { description } = find(input.SourceTableName);
      const {
        StreamSpecification: _stream,
        LatestStreamLabel: _label,
        DeletionProtectionEnabled: _protection,
        ...kept
      } = description;
      tables.set(input.TargetTableName, {
        description: {
          ...kept,
          TableArn: arnOf(input.TargetTableName),
          RestoreSummary: {
            SourceTableArn: description.TableArn,
            RestoreDateTime: input.RestoreDateTime,
            RestoreInProgress: true,
          },
        },
        tags: [],
        ttl: undefined,
        window: undefined,
        changing: 3,
      });
      return {};
    }),
  );
  mock.on(TagResourceCommand).callsFake(({ ResourceArn, Tags }) =>
    change('tag', ResourceArn, () => {
      if (Tags?.some(({ Key }: Tag) => Key?.startsWith('aws:'))) throw new Error('aws: is reserved');
      find(ResourceArn).tags.push(...(Tags ?? []));
      return {};
    }),
  );
  mock.on(UpdateTimeToLiveCommand).callsFake(({ TableName, TimeToLiveSpecification }) =>
    change('ttl', TableName, () => {
      const table = find(TableName);
      demandActive(table);
      table.ttl = TimeToLiveSpecification?.AttributeName;
      return {};
    }),
  );
  mock.on(UpdateContinuousBackupsCommand).callsFake(({ TableName }) =>
    change('recovery', TableName, () => {
      const table = find(TableName);
      if (table.changing > 0) throw new ContinuousBackupsUnavailableException(METADATA);
      table.window = { earliest: LATEST, latest: LATEST };
      return {};
    }),
  );
  mock
    .on(UpdateTableCommand)
    .callsFake(({ TableName, StreamSpecification, DeletionProtectionEnabled, ...others }) => {
      expectNothing(others);
      const what = StreamSpecification === undefined ? 'protection' : 'stream';
      return change(what, TableName, () => {
        const table = find(TableName);
        demandActive(table);
        table.changing = 2;
        if (StreamSpecification !== undefined) {
          table.description = {
            ...table.description,
            StreamSpecification,
            LatestStreamLabel: '2026-11-25T16:01:02.003',
          };
        }
        if (DeletionProtectionEnabled !== undefined) {
          table.description = { ...table.description, DeletionProtectionEnabled };
        }
        return {};
      });
    });

  return { dynamo, tables, changes, death };
}

function expectNothing(others: object): void {
  if (Object.keys(others).length > 0)
    throw new Error(`UpdateTable with ${Object.keys(others).join(', ')} too`);
}

function arnOf(name: string): string {
  return `arn:aws:dynamodb:eu-central-1:000000000000:table/${name}`;
}

/** A table as its declaration has it. */
export function declaredTable(table: TableName): TableDescription {
  const { indexes, stream } = TABLES[table];
  const attributes = [KEY_ATTRIBUTES, ...indexes.map((name) => INDEX_ATTRIBUTES[name])];
  return {
    TableArn: arnOf(SOURCE[table]),
    TableStatus: 'ACTIVE',
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: keySchema(KEY_ATTRIBUTES),
    AttributeDefinitions: attributes.flatMap(({ pk, sk }) =>
      [pk, sk].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    ),
    GlobalSecondaryIndexes: indexes.map((IndexName) => ({
      IndexName,
      IndexStatus: 'ACTIVE' as const,
      KeySchema: keySchema(INDEX_ATTRIBUTES[IndexName]),
      Projection: { ProjectionType: 'ALL' as const },
    })),
    DeletionProtectionEnabled: true,
    ...(stream === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
  };
}

function keySchema({ pk, sk }: { readonly pk: string; readonly sk: string }) {
  return [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ];
}

function ownTable(table: TableName): FakeTable {
  return {
    description: declaredTable(table),
    tags: [
      { Key: 'application', Value: 'branchline' },
      { Key: 'aws:cloudformation:stack-name', Value: 'branchline-prod-data' },
      { Key: 'stage', Value: 'prod' },
    ],
    ttl: 'expires_at_s',
    window: { earliest: EARLIEST, latest: LATEST },
    changing: 0,
  };
}
