import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { awsConfig } from './aws.ts';

const configurationSchema = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** What a deployed function was told: its variables. @param name - without the stage */
export async function readFunctionEnvironment(name: string): Promise<Readonly<Record<string, string>>> {
  const answer = await ask(name, 'configuration');
  return configurationSchema.parse(await answer.json()).Environment.Variables;
}

/** Runs a deployed function to its end. @param name - without the stage @returns what it answers */
export async function runFunction(name: string): Promise<unknown> {
  const answer = await ask(name, 'invocations', { method: 'POST', body: '{}' });
  const text = await answer.text();
  if (answer.headers.has('x-amz-function-error')) throw new Error(`${name}: ${text}`);
  return JSON.parse(text);
}

function ask(name: string, what: string, request: RequestInit = {}): Promise<Response> {
  const { endpoint, region } = awsConfig('LAMBDA');
  const client = new AwsClient({
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  });
  const url = `${endpoint}/2015-03-31/functions/branchline-dev-${name}/${what}`;
  return client.fetch(url, { ...request, aws: { service: 'lambda', region } });
}
