import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { TestProject } from 'vitest/node';
import type { FunctionVariables } from '../stand-in/functions.ts';
import { startStandIn } from '../stand-in/start.ts';
import { bootstrap } from './bootstrap.ts';
import { deployAll } from './cdk.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Every stack's outputs, by stack. */
    readonly stack_outputs: Outputs;
    /** In front of a temporary folder's name: where its repository is fetched from. */
    readonly git_url: string;
    /** Where apps answer, by their Host header. */
    readonly gateway_port: number;
    /** In front of an e-mail address: where the mail to it is read. */
    readonly mailbox_url: string;
    /** What functions have beside what their stacks give them: a deploy takes it away. */
    readonly function_variables: FunctionVariables;
  }
}

type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Bootstraps the account at AWS_ENDPOINT_URL and deploys every base stack, once for the whole run.
 *  @returns what stops the servers beside it
 *  @throws Error when the variables are missing, or a stack fails */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) {
    if (process.env[name] === undefined) {
      throw new Error(
        `${name} is not set. docs/testing.md says how to start an endpoint that answers as AWS.`,
      );
    }
  }
  const outputs = await deploy();
  project.provide('stack_outputs', outputs);
  const stand_in = await startStandIn(outputOf(outputs, 'BucketName'));
  project.provide('git_url', stand_in.git_url);
  project.provide('gateway_port', stand_in.gateway_port);
  project.provide('mailbox_url', stand_in.mailbox_url);
  project.provide('function_variables', stand_in.function_variables);
  return () => stand_in.stop();
}

async function deploy(): Promise<Outputs> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-cdk-'));
  const outputs_file = join(folder, 'outputs.json');
  try {
    await bootstrap();
    await deployAll({ output: join(folder, 'cdk.out') }, '--outputs-file', outputs_file);
    return JSON.parse(await readFile(outputs_file, 'utf8')) as Outputs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function outputOf(outputs: Outputs, name: string): string {
  const [value] = Object.values(outputs).flatMap((of_stack) => of_stack[name] ?? []);
  if (value === undefined) throw new Error(`No stack has an output ${name}`);
  return value;
}
