import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cdk } from '../setup/cdk.ts';

const output = mkdtempSync(join(tmpdir(), 'branchline-diff-'));
afterAll(() => rmSync(output, { recursive: true, force: true }));

it('a deploy leaves no difference to what is deployed', async () => {
  // It fails where there is one, and its output then tells which.
  expect(await cdk(['diff', '--fail'], { output })).toContain('Number of stacks with differences: 0');
}, 300_000);
