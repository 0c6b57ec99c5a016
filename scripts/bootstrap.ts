import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { bootstrapOptions } from '../infra/install/permissions-stack.ts';

// Prepares an account for a stage: its policies, then CDK's bootstrap with those instead of AdministratorAccess. What is
// given on the command line goes to both: `npm run bootstrap -- --context stage=prod --profile work`.

type Outputs = ReturnType<typeof bootstrapOptions>;

const APP = ['--app', 'node infra/install/app.ts'];
const given = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'branchline-bootstrap-'));
const output = ['--output', join(folder, 'cdk.out')];

try {
  const made = await makePolicies();
  await cdk(
    'bootstrap',
    ...['--qualifier', made.Qualifier, '--toolkit-stack-name', made.BootstrapStack],
    ...['--cloudformation-execution-policies', made.ExecutionPolicies],
    ...['--custom-permissions-boundary', made.ExecutionBoundary],
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function makePolicies(): Promise<Outputs> {
  const file = join(folder, 'outputs.json');
  await cdk('deploy', '--all', '--require-approval', 'never', '--outputs-file', file);
  const [outputs] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outputs>);
  if (outputs === undefined) throw new Error('The permissions stack has no outputs');
  return outputs;
}

async function cdk(command: string, ...args: readonly string[]): Promise<void> {
  const child = spawn('cdk', [command, ...APP, ...output, ...args, ...given], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`cdk ${command} failed`);
}
