import { createHash } from 'node:crypto';
import {
  type Admission,
  type NotedAttempt,
  recentFailures,
  type SignInAttempt,
  type SignInAttempts,
  waitFor,
} from '../../domain/identity/index.ts';
import type { SignInLimits } from '../../domain/limits/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { ConditionFailedError, type Item, type Key, type PutWrite, type Table } from '../table/port.ts';
import { keys } from './keys.ts';

// Each round lets at least one through, and more than so many at the same moment come from no person.
const MAX_ROUNDS = 30;

/** Failed sign-ins on the Table port: their moments, in one item for an account and one for an address. They lie in the
 *  directory, as no tenant is known yet. Each change replaces what was read and nothing newer. */
export function createSignInStore(table: Table, clock: Clock): SignInAttempts {
  return {
    begin: (attempt, limits) => inRounds(() => tryToBegin(table, clock, attempt, limits)),
    async withdraw(attempt) {
      await Promise.all([
        inRounds(() => removeFrom(table, accountKey(attempt), attempt.at_ms)),
        inRounds(() => removeFrom(table, addressKey(attempt), attempt.at_ms)),
      ]);
    },
    async succeed(attempt) {
      await Promise.all([
        table.write({ kind: 'delete', key: accountKey(attempt) }),
        inRounds(() => removeFrom(table, addressKey(attempt), attempt.at_ms)),
      ]);
    },
  };
}

async function tryToBegin(
  table: Table,
  clock: Clock,
  attempt: SignInAttempt,
  limits: SignInLimits,
): Promise<Admission> {
  const now_ms = clock.now().getTime();
  const read = (key: Key) => readFailures(table, key, limits, now_ms);
  const [account, address] = await Promise.all([read(accountKey(attempt)), read(addressKey(attempt))]);
  const waits = [
    waitFor(account.times_ms, limits.per_account, limits.window_s, now_ms),
    waitFor(address.times_ms, limits.per_address, limits.window_s, now_ms),
  ].filter((wait) => wait !== undefined);
  if (waits.length > 0) return { kind: 'refused', retry_after_s: Math.max(...waits) };
  const expires_at_s = Math.ceil(now_ms / 1000) + limits.window_s;
  const put = ({ key, item, times_ms }: Failures) =>
    replace(key, item, { times_ms: [...times_ms, now_ms], expires_at_s });
  await table.transact([put(account), put(address)]);
  return { kind: 'noted', attempt: { ...attempt, at_ms: now_ms } };
}

interface Failures {
  readonly key: Key;
  readonly item: Item | undefined;
  /** Those that still count. */
  readonly times_ms: readonly number[];
}

async function readFailures(
  table: Table,
  key: Key,
  { window_s }: SignInLimits,
  now_ms: number,
): Promise<Failures> {
  const item = await table.get(key);
  return { key, item, times_ms: recentFailures(timesOf(item), window_s, now_ms) };
}

async function removeFrom(table: Table, key: Key, at_ms: number): Promise<void> {
  const item = await table.get(key);
  const times_ms = timesOf(item);
  const position = times_ms.indexOf(at_ms);
  if (item?.expires_at_s === undefined || position < 0) return;
  const { expires_at_s } = item;
  await table.write(replace(key, item, { times_ms: times_ms.toSpliced(position, 1), expires_at_s }));
}

function replace(
  key: Key,
  read: Item | undefined,
  next: { readonly times_ms: readonly number[]; readonly expires_at_s: number },
): PutWrite {
  const version = Number(read?.attributes['version'] ?? 0);
  return {
    kind: 'put',
    item: {
      key,
      attributes: { times_ms: next.times_ms, version: version + 1 },
      expires_at_s: next.expires_at_s,
    },
    condition:
      read === undefined ? { kind: 'absent' } : { kind: 'equals', attribute: 'version', value: version },
  };
}

function timesOf(item: Item | undefined): number[] {
  const times = item?.attributes['times_ms'];
  return Array.isArray(times) ? times.map(Number) : [];
}

function accountKey({ email }: Pick<NotedAttempt, 'email'>): Key {
  return keys.accountSignIns(createHash('sha256').update(email).digest('hex'));
}

function addressKey({ address }: Pick<NotedAttempt, 'address'>): Key {
  return keys.addressSignIns(address);
}

/** Repeats a change that lost against another one. @throws AppError RATE_LIMITED when it lost every time */
async function inRounds<T>(change: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      if (round === MAX_ROUNDS) throw new AppError('RATE_LIMITED', { retry_after_s: 1, cause: error });
    }
  }
}
