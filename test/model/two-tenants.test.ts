import process from 'node:process';
import { expect, test } from 'vitest';
import { ATTACKS } from './attacks.ts';
import { OPERATIONS } from './operations.ts';
import { runTwoTenants } from './two-tenants.ts';

const SEED = 20_261_115;
// The long run has ten thousand: npm run test:model.
const STEPS = Number(process.env['MODEL_STEPS'] ?? 400);

test(`two tenants do ${STEPS} random things, and neither sees or changes anything of the other`, async () => {
  const done = await runTwoTenants(Number(process.env['MODEL_SEED'] ?? SEED), STEPS);

  // A run in which something never came up would prove nothing of it.
  expect([...done.keys()].toSorted()).toEqual(
    [...Object.keys(OPERATIONS), ...Object.keys(ATTACKS)].toSorted(),
  );
}, 900_000);
