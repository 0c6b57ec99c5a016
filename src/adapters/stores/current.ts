import { AppError } from '../../domain/shared/errors.ts';
import { type Condition, ConditionFailedError } from '../table/port.ts';

/** True while nobody has changed the thing since it was read. */
export function versionIs(thing: { readonly version: number }): Condition {
  return { kind: 'equals', attribute: 'version', value: thing.version };
}

/** Tells of a refused condition as of somebody else's change. @throws AppError WRITE_CONFLICT */
export async function demandCurrent(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof ConditionFailedError) throw new AppError('WRITE_CONFLICT', { cause: error });
    throw error;
  }
}
