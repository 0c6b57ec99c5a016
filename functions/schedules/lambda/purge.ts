import type { Context } from 'aws-lambda';
import { readDuePurges } from '../../../src/adapters/stores/due-purges.ts';
import { createProjectRemains } from '../../../src/adapters/stores/project-remains.ts';
import { createServiceStore } from '../../../src/adapters/stores/service-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { createProjectPurge, createPurger, type ProjectOutput } from '../../../src/domain/purge/index.ts';
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
  },
  max_steps: MAX_STEPS,
  clock: systemClock,
  logger: createLogger(logLevel()),
});

export const handler = (_event: unknown, context: Context) =>
  purge(AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS)));
