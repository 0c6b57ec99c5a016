import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { EXIT, print, runTool } from '../operator/run.ts';
import { readArguments } from './arguments.ts';
import { type RestoreResult, restoreTables } from './restore.ts';
import { findTablesInUse } from './tables-in-use.ts';

const WAITING = { max_wait_s: 6 * 3600, min_delay_s: 10 };

await runTool(async (args) => {
  const { stage, at, dry_run, source } = readArguments(args);
  const request = {
    stage,
    at,
    dry_run,
    source: source ?? (await findTablesInUse(new LambdaClient({}), stage)),
  };
  const result = await restoreTables({ dynamo: new DynamoDBClient({}), print, waiting: WAITING }, request);
  if (result === undefined) return EXIT.ok;
  for (const line of result.differences.length === 0 ? nextStep(stage, result) : refusal(result)) print(line);
  return result.differences.length === 0 ? EXIT.ok : EXIT.wanting;
});

function nextStep(stage: string, { restored }: RestoreResult): readonly string[] {
  const values = Object.entries(restored).map(([name, value]) => ` -c ${name}=${value}`);
  return [
    'Both are as their declaration says. Nothing uses them yet. To use them, deploy with these beside the values',
    'that the stage is deployed with otherwise (docs/restoring.md, "Switch"):',
    '',
    `npx cdk deploy --all -c stage=${stage}${values.join('')}`,
  ];
}

function refusal({ differences }: RestoreResult): readonly string[] {
  return [
    'Don’t use them yet. They aren’t as their declaration says:',
    ...differences.map((each) => `- ${each}`),
  ];
}
