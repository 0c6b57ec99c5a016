import process from 'node:process';
import { AwsClient } from 'aws4fetch';
import * as z from 'zod';

const PATH = '/2015-03-31/functions';
const configurationSchema = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
});

/** Variables by the functions' names. */
export type FunctionVariables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Adds variables to deployed functions, where the stand-in needs what no stack sets. */
export async function addVariables(function_variables: FunctionVariables): Promise<void> {
  const { AWS_ENDPOINT_URL = '', AWS_REGION = '' } = process.env;
  const client = new AwsClient({
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    region: AWS_REGION,
    service: 'lambda',
  });
  for (const [name, variables] of Object.entries(function_variables)) {
    const url = `${AWS_ENDPOINT_URL}${PATH}/${name}/configuration`;
    const current = await client.fetch(url);
    const { Environment } = configurationSchema.parse(await current.json());
    const body = JSON.stringify({ Environment: { Variables: { ...Environment?.Variables, ...variables } } });
    const changed = await client.fetch(url, { method: 'PUT', body });
    if (!changed.ok) throw new Error(`${name} can't be changed: ${changed.status} ${await changed.text()}`);
  }
}
