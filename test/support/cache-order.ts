import fc from 'fast-check';
import { expect } from 'vitest';
import type { Project, ProjectStore } from '../../src/domain/projects/index.ts';
import { isAppError } from '../../src/domain/shared/errors.ts';
import { type CacheWorld, createCacheWorld, type Fault } from './cache-world.ts';
import { createInterleaver, createRandom, type Interleaver } from './interleaver.ts';
import { testId } from './test-ids.ts';
import { deletedProject, event, PROJECT, project, TENANT } from './things.ts';

const INSTANCES = 3;

const actionArbitrary = fc.record({
  kind: fc.constantFrom('get', 'get', 'get', 'put', 'put', 'delete', 'restart', 'pass'),
  instance: fc.nat(INSTANCES - 1),
});
type Action = typeof actionArbitrary extends fc.Arbitrary<infer A> ? A : never;
/** What happens at once, and how long nothing happens after it. */
const roundArbitrary = fc.record({
  actions: fc.array(actionArbitrary, { minLength: 1, maxLength: 8 }),
  pause_ms: fc.constantFrom(0, 1000, 61_000, 299_000, 320_000, 700_000),
});
type Round = typeof roundArbitrary extends fc.Arbitrary<infer R> ? R : never;
const FAULTS = ['lost', 'unanswered', 'late'] as const satisfies readonly Fault[];

/** How new an answer is: a deletion is newer than any version. */
const ageOf = (found: Project | undefined) => found?.version ?? Number.POSITIVE_INFINITY;

let events = 0;
const told = () => {
  events += 1;
  return event('branchline.project.updated', { id: testId('evt', events) });
};

/** Changes the project if it is there, by somebody who reads it first as everybody does.
 *  @returns what is there after it; undefined where another write came first */
async function write(store: ProjectStore, kind: 'put' | 'delete'): Promise<number | undefined> {
  const found = await store.find(TENANT, PROJECT);
  if (found === undefined) return undefined;
  const next = { ...found, version: found.version + 1 };
  try {
    if (kind === 'put') await store.replace(found, next, undefined, told());
    else await store.remove(found, deletedProject(found), told());
    return kind === 'put' ? next.version : Number.POSITIVE_INFINITY;
  } catch (error) {
    if (isAppError(error) && error.code === 'WRITE_CONFLICT') return undefined;
    throw error;
  }
}

/** Runs rounds, and @returns what was older than a write that had been answered before it was asked for. */
async function findStale(
  { step, finish }: Interleaver,
  world: CacheWorld,
  stores: readonly ProjectStore[],
  rounds: readonly Round[],
): Promise<string[]> {
  const stale: string[] = [];
  let answered = 1;
  const look = async (store: ProjectStore | undefined): Promise<void> => {
    const least = answered;
    const found = ageOf(await store?.find(TENANT, PROJECT));
    if (found < least) stale.push(`version ${found} after ${least}`);
  };
  const act = async ({ kind, instance }: Action): Promise<void> => {
    const store = stores[instance] ?? world.direct;
    await step();
    if (kind === 'restart') return world.restart();
    if (kind === 'pass') return world.pass(1500);
    if (kind === 'get') return look(store);
    answered = Math.max(answered, (await write(store, kind)) ?? 0);
  };
  for (const { actions, pause_ms } of rounds) {
    await finish(Promise.all(actions.map(act)));
    world.pass(pause_ms);
    // What is left in the cache is seen by somebody.
    await finish(Promise.all(stores.map(look)));
  }
  return stale;
}

// One instance may reach the cache while another doesn't.
const ratesArbitrary = fc.array(fc.constantFrom(0, 0, 0.2, 0.7), {
  minLength: INSTANCES,
  maxLength: INSTANCES,
});

/** Holds where nobody is shown what was there before a write that has been answered, whatever the order.
 *  @param storesOf - the instances, each with what becomes of its calls of the cache */
export function neverStale(
  storesOf: (world: CacheWorld, faults: readonly (() => Fault)[]) => ProjectStore[],
) {
  const rounds_arbitrary = fc.array(roundArbitrary, { minLength: 1, maxLength: 4 });
  return fc.asyncProperty(rounds_arbitrary, ratesArbitrary, fc.integer(), async (rounds, rates, seed) => {
    const random = createRandom(seed);
    const interleaver = createInterleaver(random);
    const faults = rates.map(
      (rate) => (): Fault =>
        random() < rate ? (FAULTS[Math.floor(random() * FAULTS.length)] ?? 'lost') : 'none',
    );
    const world = createCacheWorld(interleaver);
    await world.direct.create(project(), {}, told());
    expect(await findStale(interleaver, world, storesOf(world, faults), rounds)).toEqual([]);
  });
}

/** Instances as they are composed. */
export function cachedInstances(world: CacheWorld, faults: readonly (() => Fault)[]): ProjectStore[] {
  return faults.map((nextFault) => world.instance(nextFault));
}
