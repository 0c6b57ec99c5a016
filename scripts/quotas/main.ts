import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { print, runTool } from '../operator/run.ts';
import { askAccount } from './account.ts';
import { readArguments } from './arguments.ts';
import { needsOf } from './needs.ts';
import { exitCodeOf, type Finding, report } from './verdict.ts';

await runTool(async (args) => {
  const { config, load } = readArguments(args);
  const clients = {
    quotas: new ServiceQuotasClient({}),
    lambda: new LambdaClient({}),
    dynamo: new DynamoDBClient({}),
  };
  const findings: Finding[] = [];
  // One after the other: Service Quotas answers few questions a second.
  for (const need of needsOf(config, load)) {
    findings.push({ need, have: await askAccount(clients, need.quota) });
  }
  print(`Stage ${config.stage} in ${await clients.lambda.config.region()}:\n`);
  for (const line of report(findings)) print(line);
  return exitCodeOf(findings);
});
