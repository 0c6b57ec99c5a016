import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RESTORE = 'scripts/restore/main.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool as an operator does, with nothing in its environment but this. */
function run(tool: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const file = fileURLToPath(new URL(`../../../${tool}`, import.meta.url));
  const nowhere = { HOME: tmpdir(), AWS_EC2_METADATA_DISABLED: 'true' };
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env: { ...nowhere, ...env } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test.each([
  ['no region', {}, 'There is no AWS region.'],
  ['no credentials', { AWS_REGION: 'eu-central-1' }, 'There are no AWS credentials.'],
])('without what it needs of AWS it says so, without a stack: %s', async (_what, env, message) => {
  const { code, stderr } = await run(RESTORE, ['--stage', 'prod', '--at', 'latest'], env);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(2);
});
