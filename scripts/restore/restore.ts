import {
  type DynamoDBClient,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { isProtectedStage, type RestoredTables, type StageConfig } from '../../infra/config.ts';
import { functionName } from '../../infra/names.ts';
import type { TableName } from '../../src/adapters/table/port.ts';
import { OperatorError } from '../operator/error.ts';
import { findDifferences } from './differences.ts';
import { enableSettings, type RestoredTable } from './settings.ts';
import { mapPair, type Pair, type TablePair } from './table-pair.ts';
import { describeTable, type Waiting, waitUntilActive } from './tables.ts';
import { choosePoint, toIso } from './window.ts';

export interface RestoreDependencies {
  readonly dynamo: DynamoDBClient;
  readonly print: (line: string) => void;
  readonly waiting: Waiting;
}

export interface RestoreRequest {
  readonly stage: StageConfig['stage'];
  readonly source: TablePair;
  readonly at: Date | 'latest';
  readonly dry_run: boolean;
}

/** What came of it: the context values that switch to the restored tables, and what isn't as it should be. */
export interface RestoreResult {
  readonly restored: RestoredTables;
  readonly differences: readonly string[];
}

interface Target {
  readonly table: TableName;
  readonly source: string;
  readonly source_arn: string;
  readonly name: string;
  readonly is_there: boolean;
}

/** Restores both tables to one point in time, into new ones that are named by it, and makes them as the stage's own were.
 *  Called again with the same point, it goes on where it was.
 *  @returns undefined after a dry run
 *  @throws OperatorError for a point that can't be restored, tables that aren't there, and names that are taken */
export async function restoreTables(
  { dynamo, print, waiting }: RestoreDependencies,
  { stage, source, at, dry_run }: RestoreRequest,
): Promise<RestoreResult | undefined> {
  const point = await choosePoint(dynamo, source, at);
  const targets = await mapPair(source, (name, table) => findTarget(dynamo, { stage, table, name, point }));
  print(
    `Restores both tables of ${stage} to ${toIso(point)}. To go on after an interruption: --at ${toIso(point)}`,
  );
  for (const target of Object.values(targets)) print(`  ${target.source} -> ${target.name}${noteOf(target)}`);
  if (dry_run) {
    for (const line of planOf(stage)) print(line);
    return undefined;
  }
  await mapPair(targets, (target) => startRestore(dynamo, target, point));
  print('Waits until both are there. That takes minutes to hours; interrupting it does no harm.');
  const made = await mapPair(targets, async (target) => {
    await waitUntilActive(dynamo, target.name, waiting);
    const restored = await toRestored(dynamo, target);
    const enabled = await enableSettings(dynamo, restored, isProtectedStage(stage), waiting);
    print(
      `  ${target.name}: ${enabled.length === 0 ? 'all was on already' : `turned on ${enabled.join('; ')}`}`,
    );
    return restored;
  });
  return inspect(dynamo, made);
}

function planOf(stage: StageConfig['stage']): readonly string[] {
  const protection = isProtectedStage(stage) ? ', deletion protection' : '';
  return [
    `Then turns on: tags as before, TTL, point-in-time recovery, the tenants’ stream${protection}.`,
    'Nothing was changed: this was a dry run.',
  ];
}

function noteOf({ is_there }: Target): string {
  return is_there ? ' (begun before)' : '';
}

async function findTarget(
  dynamo: DynamoDBClient,
  asked: {
    readonly stage: StageConfig['stage'];
    readonly table: TableName;
    readonly name: string;
    readonly point: Date;
  },
): Promise<Target> {
  const { table, point } = asked;
  const source_arn = (await describeTable(dynamo, asked.name))?.TableArn;
  if (source_arn === undefined) throw new OperatorError(`There is no table ${asked.name}.`);
  const name = functionName(asked, `${table}-${toIso(point).replaceAll(/[-:]/g, '')}`);
  const there = await describeTable(dynamo, name);
  if (there !== undefined && !isOurs(there, source_arn, point)) {
    throw new OperatorError(`The name ${name} is taken, by a table that isn’t this restore’s.`);
  }
  return { table, source: asked.name, source_arn, name, is_there: there !== undefined };
}

function isOurs({ RestoreSummary: from }: TableDescription, source_arn: string, point: Date): boolean {
  return from?.SourceTableArn === source_arn && from.RestoreDateTime?.getTime() === point.getTime();
}

async function startRestore(dynamo: DynamoDBClient, target: Target, point: Date): Promise<void> {
  if (target.is_there) return;
  await dynamo.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: target.source,
      TargetTableName: target.name,
      RestoreDateTime: point,
    }),
  );
}

async function toRestored(dynamo: DynamoDBClient, target: Target): Promise<RestoredTable> {
  const { TableArn = '' } = (await describeTable(dynamo, target.name)) ?? {};
  return { table: target.table, name: target.name, arn: TableArn, source_arn: target.source_arn };
}

async function inspect(dynamo: DynamoDBClient, made: Pair<RestoredTable>): Promise<RestoreResult> {
  const descriptions = await mapPair(made, async ({ name }) => (await describeTable(dynamo, name)) ?? {});
  const differences = Object.values(made).flatMap(({ table, name }) =>
    findDifferences(table, descriptions[table]).map((text) => `${name}: ${text}`),
  );
  const tenantsStreamLabel = descriptions.tenants.LatestStreamLabel ?? '';
  return {
    restored: { directoryTable: made.directory.name, tenantsTable: made.tenants.name, tenantsStreamLabel },
    differences,
  };
}
