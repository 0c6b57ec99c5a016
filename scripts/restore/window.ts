import { DescribeContinuousBackupsCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { OperatorError } from '../operator/error.ts';
import { mapPair, type TablePair } from './table-pair.ts';

interface Window {
  readonly earliest: Date;
  readonly latest: Date;
}

/** The point to which both tables go back: the one that is asked for, or the last one that both can go back to.
 *  @throws OperatorError when a table has no point-in-time recovery, or the point is outside of what both have */
export async function choosePoint(
  dynamo: DynamoDBClient,
  tables: TablePair,
  at: Date | 'latest',
): Promise<Date> {
  const { directory, tenants } = await mapPair(tables, (name) => readWindow(dynamo, name));
  const earliest = directory.earliest > tenants.earliest ? directory.earliest : tenants.earliest;
  const latest = directory.latest < tenants.latest ? directory.latest : tenants.latest;
  const point = at === 'latest' ? wholeSecond(latest) : at;
  if (point < wholeSecond(earliest) || point > latest) {
    throw new OperatorError(
      `${toIso(point)} can’t be restored: both tables can go back to ${toIso(earliest)} to ${toIso(latest)}.`,
    );
  }
  return point;
}

/** Without the milliseconds, which DynamoDB doesn't keep either. */
export function toIso(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

async function readWindow(dynamo: DynamoDBClient, TableName: string): Promise<Window> {
  const answer = await describe(dynamo, TableName);
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = answer ?? {};
  if (earliest === undefined || latest === undefined) {
    throw new OperatorError(
      `${TableName} has no point-in-time recovery: there is nothing to restore it from.`,
    );
  }
  return { earliest, latest };
}

async function describe(dynamo: DynamoDBClient, TableName: string) {
  try {
    const answer = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
    return answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  } catch (error) {
    if (!(error instanceof Error && /^(Table|Resource)NotFoundException$/.test(error.name))) throw error;
    throw new OperatorError(
      `There is no table ${TableName}. A deleted table comes back from its last backup, not from here: docs/restoring.md.`,
    );
  }
}
