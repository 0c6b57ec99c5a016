import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
// Functions run on this machine where the endpoint is a stand-in.
export const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

declare module 'vitest' {
  interface ProvidedContext {
    /** Every stack's outputs, by stack. */
    readonly stack_outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }
}

/** Bootstraps the account at AWS_ENDPOINT_URL and deploys every base stack, once for the whole run.
 *  @throws Error when the variables are missing, or a stack fails */
export async function setup(project: TestProject): Promise<void> {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) {
    if (process.env[name] === undefined) {
      throw new Error(
        `${name} is not set. docs/testing.md says how to start an endpoint that answers as AWS.`,
      );
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'branchline-cdk-'));
  const outputs_file = join(folder, 'outputs.json');
  const common = ['--output', join(folder, 'cdk.out'), '--context', `architecture=${ARCHITECTURE}`];
  try {
    await cdk('bootstrap', ...common);
    await cdk('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputs_file, ...common);
    const outputs = JSON.parse(await readFile(outputs_file, 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    project.provide('stack_outputs', outputs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function cdk(...args: readonly string[]): Promise<void> {
  try {
    await run('npx', ['cdk', ...args], { maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`cdk ${args[0]} failed:\n${output.slice(-4000)}`, { cause: error });
  }
}
