import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { CONTEXT } from '../setup/deploy.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'branchline-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a deploy leaves no difference to what is deployed', async () => {
  const args = ['cdk', 'diff', '--fail', '--output', folder, ...CONTEXT];
  // It fails where there is one, and its output then tells which.
  const { stdout, stderr } = await run('npx', args, { maxBuffer: 64 * 1024 * 1024 });
  expect(`${stdout}${stderr}`).toContain('Number of stacks with differences: 0');
}, 300_000);
