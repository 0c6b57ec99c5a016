import {
  type DescribeContinuousBackupsOutput,
  type DescribeTableOutput,
  type DynamoDBClient,
  type RestoreTableToPointInTimeInput,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';

const HOUR_MS = 3_600_000;

/** Adds to a client's answers what DynamoDB says of restores and MiniStack leaves out: a window that is longer than the
 *  present second, and where a restored table came from. Against an account it changes nothing that would be otherwise. */
export function completeRecoveryAnswers(client: DynamoDBClient): void {
  const restores = new Map<string, RestoreTableToPointInTimeInput>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (context['commandName'] === 'RestoreTableToPointInTimeCommand') {
        const input = args.input as RestoreTableToPointInTimeInput;
        restores.set(input.TargetTableName ?? '', input);
      }
      if (context['commandName'] === 'DescribeContinuousBackupsCommand') {
        widen(result.output as DescribeContinuousBackupsOutput);
      }
      if (context['commandName'] === 'DescribeTableCommand') {
        addOrigin(result.output as DescribeTableOutput, restores);
      }
      return result;
    },
    { step: 'initialize', name: 'completeRecoveryAnswers' },
  );
}

function widen({ ContinuousBackupsDescription }: DescribeContinuousBackupsOutput): void {
  const window = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  if (window?.EarliestRestorableDateTime === undefined || window.LatestRestorableDateTime === undefined)
    return;
  if (window.EarliestRestorableDateTime < window.LatestRestorableDateTime) return;
  window.EarliestRestorableDateTime = new Date(window.LatestRestorableDateTime.getTime() - HOUR_MS);
}

function addOrigin(
  { Table: table }: DescribeTableOutput,
  restores: ReadonlyMap<string, RestoreTableToPointInTimeInput>,
): void {
  const name = table?.TableName ?? '';
  const restore = restores.get(name);
  if (table === undefined || table.RestoreSummary !== undefined || restore === undefined) return;
  table.RestoreSummary = {
    SourceTableArn: table.TableArn?.replace(`/${name}`, `/${restore.SourceTableName}`),
    RestoreDateTime: restore.RestoreDateTime,
    RestoreInProgress: false,
  };
}

/** Turns point-in-time recovery on by hand: MiniStack's CloudFormation leaves it out. */
export async function enableRecovery(client: DynamoDBClient, tables: readonly string[]): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  for (const TableName of tables) {
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
}
