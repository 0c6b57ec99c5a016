import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { awsConfig } from './aws.ts';

const configurationSchema = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** What a deployed function was told: its variables. @param name - without the stage */
export async function readFunctionEnvironment(name: string): Promise<Readonly<Record<string, string>>> {
  const { endpoint, region } = awsConfig('LAMBDA');
  const client = new AwsClient({
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  });
  const path = `/2015-03-31/functions/branchline-dev-${name}/configuration`;
  const answer = await client.fetch(`${endpoint}${path}`, { aws: { service: 'lambda', region } });
  return configurationSchema.parse(await answer.json()).Environment.Variables;
}
