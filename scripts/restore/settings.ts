import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  type Tag,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLES, TTL_ATTRIBUTE } from '../../src/adapters/dynamodb/table.ts';
import type { TableName } from '../../src/adapters/table/port.ts';
import { OperatorError } from '../operator/error.ts';
import { describeTable, type Waiting, waitUntilActive } from './tables.ts';

/** A restored table, and where it comes from. */
export interface RestoredTable {
  readonly table: TableName;
  readonly name: string;
  readonly arn: string;
  readonly source_arn: string;
}

/** Turns on what a restore leaves off: tags, TTL, point-in-time recovery, the stream, deletion protection. What is on
 *  already stays untouched, so it may be called again after a death. Changes of the table itself come last: while one is
 *  under way, DynamoDB refuses others.
 *  @param is_protected - whether the stage's tables are protected from deletion
 *  @returns what it turned on */
export async function enableSettings(
  dynamo: DynamoDBClient,
  restored: RestoredTable,
  is_protected: boolean,
  waiting: Waiting,
): Promise<readonly string[]> {
  const steps = [
    await copyTags(dynamo, restored),
    await enableTtl(dynamo, restored.name),
    await enableRecovery(dynamo, restored.name),
    await enableStream(dynamo, restored, waiting),
    is_protected ? await enableProtection(dynamo, restored.name, waiting) : undefined,
  ];
  return steps.filter((step) => step !== undefined);
}

async function copyTags(dynamo: DynamoDBClient, { arn, source_arn }: RestoredTable) {
  // AWS's own tags, CloudFormation's among them, can't be given by hand.
  const wanted = (await listTags(dynamo, source_arn)).filter(({ Key }) => Key?.startsWith('aws:') !== true);
  const present = await listTags(dynamo, arn);
  const missing = wanted.filter(
    (tag) => !present.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value),
  );
  if (missing.length === 0) return undefined;
  await dynamo.send(new TagResourceCommand({ ResourceArn: arn, Tags: missing }));
  return `tags ${missing.map(({ Key, Value }) => `${Key}=${Value}`).join(', ')}`;
}

async function listTags(dynamo: DynamoDBClient, ResourceArn: string): Promise<Tag[]> {
  const tags: Tag[] = [];
  let NextToken: string | undefined;
  do {
    const page = await dynamo.send(
      new ListTagsOfResourceCommand({ ResourceArn, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    tags.push(...(page.Tags ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return tags;
}

async function enableTtl(dynamo: DynamoDBClient, TableName: string) {
  const { TimeToLiveDescription: now } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  if (now?.TimeToLiveStatus === 'ENABLED' || now?.TimeToLiveStatus === 'ENABLING') {
    if (now.AttributeName === TTL_ATTRIBUTE) return undefined;
    throw new OperatorError(`${TableName} forgets by ${now.AttributeName}, not by ${TTL_ATTRIBUTE}.`);
  }
  const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
  await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  return `TTL by ${TTL_ATTRIBUTE}`;
}

async function enableRecovery(dynamo: DynamoDBClient, TableName: string) {
  const { ContinuousBackupsDescription: now } = await dynamo.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  if (now?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED') return undefined;
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await dynamo.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  return 'point-in-time recovery';
}

async function enableStream(dynamo: DynamoDBClient, { table, name }: RestoredTable, waiting: Waiting) {
  const { stream } = TABLES[table];
  if (stream === undefined) return undefined;
  const now = (await describeTable(dynamo, name))?.StreamSpecification;
  // One with another view is told of as a difference: to change it is to lose what is in it.
  if (now?.StreamEnabled === true) return undefined;
  const StreamSpecification = { StreamEnabled: true, StreamViewType: stream };
  await dynamo.send(new UpdateTableCommand({ TableName: name, StreamSpecification }));
  await waitUntilActive(dynamo, name, waiting);
  return `stream ${stream}`;
}

async function enableProtection(dynamo: DynamoDBClient, TableName: string, waiting: Waiting) {
  if ((await describeTable(dynamo, TableName))?.DeletionProtectionEnabled === true) return undefined;
  await dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await waitUntilActive(dynamo, TableName, waiting);
  return 'deletion protection';
}
