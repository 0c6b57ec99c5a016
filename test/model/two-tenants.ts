import { ATTACKS } from './attacks/index.ts';
import { OPERATIONS } from './operations/index.ts';
import { type Choices, createChoices } from './random.ts';
import { openWorld } from './world.ts';

/** What happened in a run. */
export interface Run {
  /** How often each operation and attack was done. */
  readonly done: ReadonlyMap<string, number>;
  /** How often a project came from the shared cache. */
  readonly cache_hits: number;
}

/** Lets two tenants do random things, to their own and with what is the other's, and demands after each that neither saw
 *  anything of the other nor changed it.
 *  @throws the first that was not as it should be, with the seed and the step that make it again */
export async function runTwoTenants(seed: number, steps: number): Promise<Run> {
  const world = await openWorld();
  const choices = createChoices(seed);
  const done = new Map<string, number>();
  for (let step = 1; step <= steps; step += 1) {
    const side = world.sides[choices.below(2)] ?? world.sides[0];
    const [name, operation] = chooseOperation(Object.entries(OPERATIONS), Object.entries(ATTACKS), choices);
    try {
      await operation(world, side, choices);
    } catch (error) {
      throw new Error(`seed ${seed}, step ${step}: ${name} by ${side.word}`, { cause: error });
    }
    done.set(name, (done.get(name) ?? 0) + 1);
  }
  return { done, cache_hits: world.cacheHits() };
}

/** Everything that may happen next, what a tenant does to its own more often. */
function chooseOperation<T>(own: readonly T[], attacks: readonly T[], choices: Choices): T {
  const group = choices.below(3) === 0 ? attacks : own;
  const chosen = choices.oneOf(group);
  if (chosen === undefined) throw new Error('There is nothing to do');
  return chosen;
}
