import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSignInStore } from '../../../../src/adapters/stores/sign-in-store.ts';
import {
  guardSignIn,
  recentFailures,
  type SignInGuard,
  waitFor,
} from '../../../../src/domain/identity/index.ts';
import { readLimits } from '../../../../src/domain/limits/index.ts';
import { AppError } from '../../../../src/domain/shared/errors.ts';
import { expectCode } from '../../../support/errors.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { createMemoryTable } from '../../../support/tables.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';

const ADA = { email: 'ada@example.com', address: '192.0.2.1' };

let clock: TestClock;
let logger: RecordedLogger;
let guard: SignInGuard;
beforeEach(() => {
  clock = createTestClock();
  logger = createRecordedLogger();
  const attempts = createSignInStore(createMemoryTable().table, clock);
  guard = { attempts, limits: readLimits(undefined).sign_in, logger };
});

const fail = (attempt = ADA, error: Error = new AppError('INVALID_CREDENTIALS')) =>
  guardSignIn(guard, attempt, () => Promise.reject(error));
const succeed = (attempt = ADA) => guardSignIn(guard, attempt, async () => 'in');
const failTimes = async (times: number, attempt = ADA) => {
  for (let count = 0; count < times; count += 1) await expectCode(fail(attempt), 'INVALID_CREDENTIALS');
};

describe('the guard', () => {
  test('lets ten failures of an account through, and nothing after them for fifteen minutes, before any work', async () => {
    await failTimes(10);
    let worked = false;
    const refused = guardSignIn(guard, ADA, async () => {
      worked = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED', retry_after_s: 900 });
    expect(worked).toBe(false);
    clock.advance(900_000);
    expect(await succeed()).toBe('in');
  });

  test('lets a hundred failures of an address through, also of accounts that change', async () => {
    for (let count = 0; count < 100; count += 1)
      await failTimes(1, { ...ADA, email: `${count}@example.com` });
    await expectCode(succeed(), 'RATE_LIMITED');
    expect(await succeed({ ...ADA, address: '192.0.2.2' })).toBe('in');
  });

  test('takes addresses of one network for one', async () => {
    for (let count = 0; count < 100; count += 1) {
      await failTimes(1, { email: `${count}@example.com`, address: `2001:db8::${count.toString(16)}` });
    }
    await expectCode(succeed({ ...ADA, address: '2001:db8::ffff' }), 'RATE_LIMITED');
  });

  test('begins anew for an account that got in, and not for its address', async () => {
    await failTimes(9);
    await succeed();
    await failTimes(10);
    await expectCode(succeed(), 'RATE_LIMITED');
    for (let count = 0; count < 81; count += 1) await failTimes(1, { ...ADA, email: `${count}@example.com` });
    await expectCode(succeed({ ...ADA, email: 'bob@example.com' }), 'RATE_LIMITED');
  });

  test('counts neither what failed on our side nor what succeeds', async () => {
    for (let count = 0; count < 15; count += 1) {
      await expectCode(fail(ADA, new AppError('SERVICE_UNAVAILABLE')), 'SERVICE_UNAVAILABLE');
    }
    for (let count = 0; count < 120; count += 1) await succeed();
    await failTimes(10);
  });

  test('lets no more through when they come together', async () => {
    let worked = 0;
    const attempts = Array.from({ length: 25 }, () =>
      guardSignIn(guard, ADA, async () => {
        worked += 1;
        throw new AppError('INVALID_CREDENTIALS');
      }),
    );
    await Promise.allSettled(attempts);
    expect(worked).toBe(10);
  });

  test('says the same whether the account or the address has failed too often', async () => {
    const problemOf = async (work: Promise<unknown>) => {
      const error = await work.catch((thrown: unknown) => thrown);
      return error instanceof AppError ? [error.code, error.detail, error.retry_after_s] : error;
    };
    await failTimes(10);
    const of_account = await problemOf(fail());
    const other = { ...ADA, address: '198.51.100.1' };
    for (let count = 0; count < 100; count += 1)
      await failTimes(1, { ...other, email: `${count}@example.com` });
    expect(await problemOf(fail({ ...other, email: 'bob@example.com' }))).toEqual(of_account);
  });

  test('is off without limits', async () => {
    guard = { ...guard, limits: undefined };
    await failTimes(30);
    expect(await succeed()).toBe('in');
  });

  test('lets nobody in while it can’t count', async () => {
    const begin = async () => {
      throw new AppError('SERVICE_UNAVAILABLE');
    };
    guard = { ...guard, attempts: { ...guard.attempts, begin } };
    await expectCode(succeed(), 'SERVICE_UNAVAILABLE');
  });

  test('neither undoes a success nor hides a failure when an attempt can’t be taken back', async () => {
    const lose = async () => {
      throw new Error('no table');
    };
    guard = { ...guard, attempts: { ...guard.attempts, withdraw: lose, succeed: lose } };
    expect(await succeed()).toBe('in');
    await expect(fail(ADA, new Error('the real fault'))).rejects.toThrow('the real fault');
    expect(logger.lines.map(({ message }) => message)).toEqual(
      Array.from({ length: 2 }, () => 'a sign-in attempt could not be taken back'),
    );
  });
});

test('in no fifteen minutes more attempts are admitted than the limit, and who waits as told is admitted', () => {
  const pauses = fc.array(fc.nat(400_000), { maxLength: 60 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 12 }), (each, limit) => {
      let now_ms = 0;
      let times: number[] = [];
      const admitted: number[] = [];
      for (const pause_ms of each) {
        now_ms += pause_ms;
        times = recentFailures(times, 900, now_ms);
        const wait_s = waitFor(times, limit, 900, now_ms);
        if (wait_s !== undefined) {
          now_ms += wait_s * 1000;
          times = recentFailures(times, 900, now_ms);
          expect(waitFor(times, limit, 900, now_ms)).toBeUndefined();
        }
        times = [...times, now_ms];
        admitted.push(now_ms);
      }
      for (const from of admitted) {
        expect(admitted.filter((time) => time >= from && time < from + 900_000).length).toBeLessThanOrEqual(
          limit,
        );
      }
    }),
  );
});
