import process from 'node:process';
import { expect, test } from 'vitest';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { FOREIGN, parametersOf, WITH_ID } from './attacks/foreign-ids.ts';
import { ATTACKS } from './attacks/index.ts';
import { OPERATIONS } from './operations/index.ts';
import { runTwoTenants } from './two-tenants.ts';

const SEED = 20_261_115;
// The long run has ten thousand: npm run test:model.
const STEPS = Number(process.env['MODEL_STEPS'] ?? 400);

test(`two tenants do ${STEPS} random things, and neither sees or changes anything of the other`, async () => {
  const { done, cache_hits } = await runTwoTenants(Number(process.env['MODEL_SEED'] ?? SEED), STEPS);

  // A run in which something never came up would prove nothing of it.
  expect([...done.keys()].toSorted()).toEqual(
    [...Object.keys(OPERATIONS), ...Object.keys(ATTACKS)].toSorted(),
  );
  expect(cache_hits).toBeGreaterThan(0);
}, 900_000);

test('whatever id is in a path, another tenant’s is tried', () => {
  const parameters = WITH_ID.flatMap((operation_id) => parametersOf(ROUTES[operation_id]));

  expect(new Set(parameters)).toEqual(new Set(Object.keys(FOREIGN)));
});
