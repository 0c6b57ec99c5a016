import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { StageConfig } from '../../infra/config.ts';
import { functionName } from '../../infra/names.ts';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { OperatorError } from '../operator/error.ts';
import type { TablePair } from './table-pair.ts';

/** The tables that a stage uses now: its own, or those of an earlier restore. The sign-in function uses both.
 *  @throws OperatorError when the stage isn't deployed in this account and region */
export async function findTablesInUse(lambda: LambdaClient, stage: StageConfig['stage']): Promise<TablePair> {
  const name = functionName({ stage }, 'auth');
  const { DIRECTORY_TABLE, TENANTS_TABLE } = await readVariables(lambda, name);
  if (DIRECTORY_TABLE === undefined || TENANTS_TABLE === undefined) {
    throw new OperatorError(`The function ${name} names no tables. ${NAME_THEM}`);
  }
  return { directory: DIRECTORY_TABLE, tenants: TENANTS_TABLE };
}

const NAME_THEM =
  'Look at the account, the region and the stage, or name the tables: --directory, --tenants.';

async function readVariables(lambda: LambdaClient, name: string): Promise<FunctionEnvironment> {
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return Environment?.Variables ?? {};
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    throw new OperatorError(`There is no function ${name} in ${await lambda.config.region()}. ${NAME_THEM}`);
  }
}
