import { AppError } from '../../src/domain/shared/errors.ts';

// What is left for an answer to get out.
const RESERVE_MS = 500;

/** Ends the wait for work while there is still time to say so: what Lambda ends itself has no answer of ours. The work goes
 *  on if it can, and whoever repeats the request by its Idempotency-Key gets its outcome.
 *  @param left_ms - until the function is ended
 *  @throws AppError SERVICE_UNAVAILABLE, or what the work throws */
export async function withinTime<T>(left_ms: number, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(tooLate());
  const timer = setTimeout(giveUp, Math.max(0, left_ms - RESERVE_MS));
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    retry_after_s: 1,
    cause: new Error('The function’s time was nearly over'),
  });
}
