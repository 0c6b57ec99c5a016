import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GIT_ADDRESS } from '../stand-in/start.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What the tests' stacks are made with. */
const CONTEXT = {
  // Functions run on this machine where the endpoint is a stand-in.
  architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  // The git server of the tests is this machine's.
  allowedSourceAddresses: GIT_ADDRESS,
};

export interface CdkOptions {
  /** Where the templates come to lie. */
  readonly output: string;
  /** Context values beside those that all the tests' stacks have. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Runs a command of cdk on the tests' stacks. @returns what it printed @throws Error with the end of that when it fails */
export async function cdk(command: readonly string[], { output, context }: CdkOptions): Promise<string> {
  const values = Object.entries({ ...CONTEXT, ...context });
  const flags = values.flatMap(([name, value]) => ['--context', `${name}=${value}`]);
  try {
    const args = ['cdk', ...command, '--output', output, ...flags];
    const { stdout, stderr } = await run('npx', args, { maxBuffer: MAX_OUTPUT_BYTES });
    return `${stdout}${stderr}`;
  } catch (error) {
    const told = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`cdk ${command[0]} failed:\n${told.slice(-4000)}`, { cause: error });
  }
}

/** Deploys every base stack. */
export function deployAll(options: CdkOptions, ...more: readonly string[]): Promise<string> {
  return cdk(['deploy', '--all', '--require-approval', 'never', ...more], options);
}
