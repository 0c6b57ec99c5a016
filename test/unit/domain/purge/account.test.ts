import { beforeEach, expect, test } from 'vitest';
import { readDuePurges } from '../../../../src/adapters/stores/due-purges.ts';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import type { Principal } from '../../../../src/domain/access/index.ts';
import { login, requestDeletion } from '../../../../src/domain/identity/index.ts';
import { createProject } from '../../../../src/domain/projects/index.ts';
import { createAccountPurge, createPurger } from '../../../../src/domain/purge/index.ts';
import { createRecordedLogger } from '../../../support/recorded-logger.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createTestTeams, PASSWORD, type TestTeams } from '../../../support/teams.ts';
import { CLIENT } from '../../../support/things.ts';

const DAY_MS = 86_400_000;

let teams: TestTeams;
let ada: Principal;
beforeEach(async () => {
  teams = await createTestTeams();
  ada = await teams.signUp('ada');
});

const projects = () => ({
  projects: createProjectStore(teams.memory.table, testSealer),
  clock: teams.clock,
  ids: teams.deps.ids,
});

/** A run of the purge, as the schedule makes it. */
const run = (max_steps = 10) =>
  createPurger({
    readDue: (before) => readDuePurges(teams.memory.table, before, 100),
    purgers: { user: createAccountPurge({ ...teams.deps, projects: projects() }) },
    max_steps,
    clock: teams.clock,
    logger: createRecordedLogger(),
  })();

const NOTHING = { purged: 0, taken_back: 0, unfinished: 0 };

test('an account whose user didn’t come back is found by its time, and its projects are deleted', async () => {
  const input = { name: 'shop', repository_url: 'https://git.example.com/shop' };
  await createProject({ ...projects(), allow_local_repositories: false }, ada, input);
  await requestDeletion(teams.accounts, ada, PASSWORD);
  teams.clock.advance(14 * DAY_MS);
  expect(await run()).toEqual(NOTHING);
  teams.clock.advance(DAY_MS);

  expect(await run()).toEqual({ ...NOTHING, purged: 1 });

  expect(teams.memory.events.slice(-3).map(({ type }) => type)).toEqual([
    'branchline.project.deleted',
    'branchline.team.deleted',
    'branchline.user.deleted',
  ]);
  expect(await teams.accounts.store.findUserByEmail(ada.email)).toBeUndefined();
  expect(await run()).toEqual(NOTHING);
});

test('an account whose user came back is due no more', async () => {
  await requestDeletion(teams.accounts, ada, PASSWORD);
  await login(teams.accounts, { email: ada.email, password: PASSWORD }, CLIENT);
  teams.clock.advance(15 * DAY_MS);

  expect(await run()).toEqual(NOTHING);
  expect(await teams.accounts.store.findUserByEmail(ada.email)).toBeDefined();
});

test('an account that a run had no step left for waits for the next', async () => {
  await requestDeletion(teams.accounts, ada, PASSWORD);
  teams.clock.advance(15 * DAY_MS);

  expect(await run(0)).toEqual({ ...NOTHING, unfinished: 1 });
  expect(await run()).toEqual({ ...NOTHING, purged: 1 });
});
