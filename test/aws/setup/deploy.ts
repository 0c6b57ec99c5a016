import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { GIT_ADDRESS, startStandIn } from '../stand-in/start.ts';
import { bootstrap } from './bootstrap.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
// Functions run on this machine where the endpoint is a stand-in.
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';
/** What the stacks are made with: the git server of the tests is this machine's. */
export const CONTEXT = [
  ...['--context', `architecture=${ARCHITECTURE}`],
  ...['--context', `allowedSourceAddresses=${GIT_ADDRESS}`],
];

declare module 'vitest' {
  interface ProvidedContext {
    /** Every stack's outputs, by stack. */
    readonly stack_outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** In front of a temporary folder's name: where its repository is fetched from. */
    readonly git_url: string;
    /** Where apps answer, by their Host header. */
    readonly gateway_port: number;
  }
}

/** Bootstraps the account at AWS_ENDPOINT_URL and deploys every base stack, once for the whole run.
 *  @throws Error when the variables are missing, or a stack fails */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) {
    if (process.env[name] === undefined) {
      throw new Error(
        `${name} is not set. docs/testing.md says how to start an endpoint that answers as AWS.`,
      );
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'branchline-cdk-'));
  const outputs_file = join(folder, 'outputs.json');
  const common = ['--output', join(folder, 'cdk.out'), ...CONTEXT];
  try {
    await bootstrap();
    await cdk('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputs_file, ...common);
    const outputs = JSON.parse(await readFile(outputs_file, 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    project.provide('stack_outputs', outputs);
    const stand_in = await startStandIn(outputOf(outputs, 'BucketName'));
    project.provide('git_url', stand_in.git_url);
    project.provide('gateway_port', stand_in.gateway_port);
    return stand_in.stop;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function outputOf(outputs: Readonly<Record<string, Readonly<Record<string, string>>>>, name: string): string {
  const [value] = Object.values(outputs).flatMap((of_stack) => of_stack[name] ?? []);
  if (value === undefined) throw new Error(`No stack has an output ${name}`);
  return value;
}

async function cdk(...args: readonly string[]): Promise<void> {
  try {
    await run('npx', ['cdk', ...args], { maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`cdk ${args[0]} failed:\n${output.slice(-4000)}`, { cause: error });
  }
}
