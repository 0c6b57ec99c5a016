import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RESTORE = ['scripts/restore/main.ts', '--stage', 'prod', '--at', 'latest'] as const;
const PREFLIGHT = ['scripts/quotas/main.ts'] as const;

const HERE = { AWS_REGION: 'eu-central-1' };

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool as an operator does, with nothing in its environment but this. */
function run([tool, ...args]: readonly [string, ...string[]], env: object): Promise<Outcome> {
  const file = fileURLToPath(new URL(`../../../${tool}`, import.meta.url));
  const nowhere = { HOME: tmpdir(), AWS_EC2_METADATA_DISABLED: 'true' };
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env: { ...nowhere, ...env } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test.each([
  ['a restore without a region', RESTORE, {}, 'There is no AWS region.'],
  ['a restore without credentials', RESTORE, HERE, 'There are no AWS credentials.'],
  ['a restore of no stage', ['scripts/restore/main.ts'] as const, HERE, '--stage is missing'],
  ['a preflight without a region', PREFLIGHT, {}, 'There is no AWS region.'],
  ['a preflight without credentials', PREFLIGHT, HERE, 'There are no AWS credentials.'],
])('%s says what is missing, without a stack, and fails', async (_what, tool, env, message) => {
  const { code, stderr } = await run(tool, env);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(2);
});
