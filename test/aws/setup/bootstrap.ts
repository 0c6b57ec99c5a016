import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Prepares the account at AWS_ENDPOINT_URL as docs/installing.md says: policies, then a bootstrap with them.
 *  @throws Error with the end of the output when it fails */
export async function bootstrap(): Promise<void> {
  try {
    await run('npm', ['run', 'bootstrap'], { maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`npm run bootstrap failed:\n${output.slice(-4000)}`, { cause: error });
  }
}
