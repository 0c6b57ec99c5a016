import type { Context } from 'aws-lambda';
import { readDuePurges } from '../../../src/adapters/stores/due-purges.ts';
import { createInvitationStore } from '../../../src/adapters/stores/invitation-store.ts';
import { createProjectRemains } from '../../../src/adapters/stores/project-remains.ts';
import { createProjectStore } from '../../../src/adapters/stores/project-store.ts';
import { createServiceStore } from '../../../src/adapters/stores/service-store.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import {
  createAccountPurge,
  createProjectPurge,
  createPurger,
  type ProjectOutput,
} from '../../../src/domain/purge/index.ts';
import { logLevel } from '../../runtime/aws/environment.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createOwnTable, createTwoTable } from '../../runtime/aws/table.ts';

// An hour's worth; what is left waits for the next.
const MAX_PER_SHARD = 100;
const MAX_STEPS = 10_000;
// A step takes no longer.
const RESERVE_MS = 60_000;

// What is due is read by the function's own role, which reaches nothing else; the rest goes through sessions of the tenants.
const due = createOwnTable();
const table = createTwoTable();
const images = createImageRemover();
// Past the shared cache, where a deleted account's project may stay for its five minutes: nobody is left to ask for it.
const projects = {
  projects: createProjectStore(table, { seal: openNothing, open: openNothing }),
  clock: systemClock,
  ids: uuidIds,
};

/** Logs are items in the table. Sources and archives of images end by themselves, a day after they were written. */
const output: ProjectOutput = {
  removeDeployment: async () => undefined,
  removeRelease: (release_id) => images.discard(release_id),
  removeCaches: async () => undefined,
};

const purge = createPurger({
  readDue: (before) => readDuePurges(due, before, MAX_PER_SHARD),
  purgers: {
    project: createProjectPurge({
      remains: createProjectRemains(table),
      output,
      services: createServiceStore(table),
    }),
    user: createAccountPurge({
      users: createUserStore(table),
      teams: createTeamStore(table),
      invitations: createInvitationStore(table),
      projects,
      clock: systemClock,
      ids: uuidIds,
    }),
  },
  max_steps: MAX_STEPS,
  clock: systemClock,
  logger: createLogger(logLevel()),
});

export const handler = (_event: unknown, context: Context) =>
  purge(AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS)));

function openNothing(): never {
  throw new Error('Deleting needs no variables');
}
