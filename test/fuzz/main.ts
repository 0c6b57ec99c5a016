import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createApiClient } from '../../local/demo/client.ts';
import { startTestPlatform } from '../support/platform.ts';
import type { OperationId } from '../support/samples.ts';
import { type FuzzResult, type FuzzRun, fuzz, installFuzzer } from './fuzzer.ts';

// Over several runs the seed makes the same requests again: FUZZ_SEED takes another.
const SEED = 20_261_115;
const MIN_CASES = 2000;
const EXAMPLES = 40;

/** Operations that end the session they are asked with, or take away what it rests on: each of their cases has its own. */
const ENDING: readonly OperationId[] = [
  'logout',
  'endSession',
  'switchTenant',
  'changePassword',
  'requestDeletion',
  'updateMember',
  'removeMember',
];

const runs: readonly Pick<FuzzRun, 'operations' | 'session_s' | 'examples'>[] = [
  { operations: { without: ENDING }, session_s: 600, examples: EXAMPLES },
  { operations: { only: ENDING }, session_s: 0, examples: 20 },
];

await installFuzzer();
const platform = await startTestPlatform();
const results: FuzzResult[] = [];
try {
  const base_url = `http://127.0.0.1:${platform.port}`;
  const seed = Number(process.env['FUZZ_SEED'] ?? SEED);
  for (const run of runs) {
    const account = await register(platform.port);
    results.push(await fuzz({ ...run, base_url, account, seed }));
  }
} finally {
  await platform.remove();
}
const cases = results.reduce((sum, result) => sum + result.cases, 0);
const failed = results.reduce(
  (sum, { failures, succeeded }) => sum + Math.max(failures, succeeded ? 0 : 1),
  0,
);
const too_few = cases < MIN_CASES ? 1 : 0;
if (too_few > 0) process.stdout.write(`Only ${cases} cases of at least ${MIN_CASES} were tried\n`);
process.stdout.write(`${cases - failed} passed, ${failed + too_few} failed\n`);
process.exitCode = failed + too_few === 0 ? 0 : 1;

async function register(port: number): Promise<FuzzRun['account']> {
  const account = {
    email: `fuzz-${randomBytes(4).toString('hex')}@example.com`,
    password: randomBytes(12).toString('base64url'),
  };
  await createApiClient(port).post('/api/v1/auth/register', { ...account, name: 'Fuzz' });
  return account;
}
