import { ATTACKS, chooseOperation } from './attacks.ts';
import { OPERATIONS } from './operations.ts';
import { createChoices } from './random.ts';
import { openWorld } from './world.ts';

/** Lets two tenants do random things, to their own and with what is the other's, and demands after each that neither saw
 *  anything of the other nor changed it.
 *  @returns how often each was done
 *  @throws the first that was not as it should be, with the seed and the step that make it again */
export async function runTwoTenants(seed: number, steps: number): Promise<ReadonlyMap<string, number>> {
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
  return done;
}
