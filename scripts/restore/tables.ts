import {
  DescribeTableCommand,
  type DynamoDBClient,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { OperatorError } from '../operator/error.ts';

/** How long a table may take, and how often it is looked at, in seconds. */
export interface Waiting {
  readonly max_wait_s: number;
  readonly min_delay_s: number;
}

/** A table's description; undefined where there is none of that name. */
export async function describeTable(
  dynamo: DynamoDBClient,
  TableName: string,
): Promise<TableDescription | undefined> {
  try {
    return (await dynamo.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Waits until a table is there and isn't changing.
 *  @throws OperatorError when it takes longer than it may */
export async function waitUntilActive(
  dynamo: DynamoDBClient,
  TableName: string,
  { max_wait_s, min_delay_s }: Waiting,
): Promise<void> {
  const options = { client: dynamo, maxWaitTime: max_wait_s, minDelay: min_delay_s };
  try {
    await waitUntilTableExists({ ...options, maxDelay: Math.max(min_delay_s, MAX_DELAY_S) }, { TableName });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
    const message = `${TableName} wasn’t ready after ${max_wait_s} s. Run the same command again: it goes on waiting.`;
    throw new OperatorError(message, { cause: error });
  }
}

const MAX_DELAY_S = 30;
