import type * as z from 'zod';
import { type TaskContext, toTaskError } from '../../src/domain/deployments/index.ts';

/** A state machine's task. On a laptop, `context.signal` ends when the execution is stopped. */
export type Task = (input: unknown, context?: TaskContext) => Promise<unknown>;

/** Wraps a use case as a task: parses the input, and gives errors the name that Retry and Catch look for.
 *  Unknown input fields are dropped, so a task accepts what the release before it wrote. */
export function createTask<S extends z.ZodType>(
  schema: S,
  work: (input: z.infer<S>, context: TaskContext) => Promise<unknown>,
): Task {
  return async (input, context) => {
    try {
      return (await work(schema.parse(input), context ?? {})) ?? {};
    } catch (error) {
      throw toTaskError(error);
    }
  };
}
