import { beforeEach, expect, test } from 'vitest';
import { createPurger, type DuePurge } from '../../../../src/domain/purge/index.ts';
import type { Purge, PurgerDependencies } from '../../../../src/domain/purge/purger.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { TENANT } from '../../../support/things.ts';

let logger: RecordedLogger;
let seen: string[];
beforeEach(() => {
  logger = createRecordedLogger();
  seen = [];
});

const due = (id: string, day: number, kind = 'project'): DuePurge => ({
  kind,
  tenant_id: TENANT,
  id,
  purge_at: `2026-11-${day}T00:00:00.000Z`,
});

/** Takes as many steps as its number says. */
const project: Purge = async ({ id }, budget) => {
  seen.push(id);
  if (id === 'broken') throw new Error('the disk failed');
  for (let step = 0; step < Number(id); step += 1) if (!budget.take()) return 'unfinished';
  return id === '0' ? 'taken_back' : 'purged';
};

function purger(found: readonly DuePurge[], changes: Partial<PurgerDependencies> = {}) {
  return createPurger({
    readDue: async (before) => found.filter(({ purge_at }) => purge_at <= before),
    purgers: { project },
    max_steps: 100,
    clock: createTestClock(),
    logger,
    ...changes,
  });
}

test('what is due is purged, longest due first, and nothing before its time', async () => {
  const run = purger([due('1', 14), due('2', 12), due('0', 13), due('3', 16)]);

  expect(await run()).toEqual({ purged: 2, taken_back: 1, unfinished: 0 });
  expect(seen).toEqual(['2', '0', '1']);
  expect(logger.lines).toMatchObject([
    { message: 'purged for good', fields: { kind: 'project', tenant_id: TENANT, id: '2' } },
    { message: 'purged for good', fields: { id: '1' } },
  ]);
});

test('what fails holds up nothing else, and is told of in the log and in the end', async () => {
  const run = purger([due('broken', 11), due('1', 12), due('odd', 13, 'planet')]);

  await expect(run()).rejects.toThrow('2 purges failed');
  expect(seen).toEqual(['broken', '1']);
  expect(logger.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'a purge failed', fields: { id: 'broken' } },
    { message: 'a purge failed', fields: { id: 'odd' } },
  ]);
});

test('a run does no more than it may; the rest is for the next', async () => {
  const run = purger([due('3', 11), due('4', 12), due('1', 13)], { max_steps: 5 });

  expect(await run()).toEqual({ purged: 1, taken_back: 0, unfinished: 2 });
});

test('a run that is told to stop takes no further step', async () => {
  const stopping = new AbortController();
  const run = purger([due('3', 11), due('2', 12)], {
    purgers: {
      project: async (each, budget) => {
        const outcome = await project(each, budget);
        stopping.abort();
        return outcome;
      },
    },
  });

  expect(await run(stopping.signal)).toEqual({ purged: 1, taken_back: 0, unfinished: 1 });
});
