import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSignInStore } from '../../../src/adapters/stores/sign-in-store.ts';
import type { SignInAttempts } from '../../../src/domain/identity/index.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';

const LIMITS = { per_account: 3, per_address: 5, window_s: 900 };
const ADA = { email: 'ada@example.com', address: '192.0.2.1' };

let memory: MemoryTable;
let clock: TestClock;
let attempts: SignInAttempts;
beforeEach(() => {
  memory = createMemoryTable();
  clock = createTestClock();
  attempts = createSignInStore(memory.table, clock);
});

const begin = (attempt = ADA) => attempts.begin(attempt, LIMITS);
const note = async (attempt = ADA) => {
  const admission = await begin(attempt);
  if (admission.kind === 'refused') throw new Error('refused');
  return admission.attempt;
};

describe('attempts', () => {
  test('are admitted until an account’s limit, and again when its oldest no longer counts', async () => {
    await note();
    clock.advance(60_000);
    await note();
    await note();
    expect(await begin()).toEqual({ kind: 'refused', retry_after_s: 840 });
    expect((await begin({ ...ADA, email: 'bob@example.com' })).kind).toBe('noted');
    clock.advance(839_999);
    expect(await begin()).toEqual({ kind: 'refused', retry_after_s: 1 });
    clock.advance(1);
    await note();
    expect((await begin()).kind).toBe('refused');
  });

  test('are admitted until an address’s limit, whatever accounts they are for', async () => {
    for (let count = 0; count < 5; count += 1) await note({ ...ADA, email: `${count}@example.com` });
    expect(await begin()).toEqual({ kind: 'refused', retry_after_s: 900 });
    expect((await begin({ ...ADA, address: '192.0.2.2' })).kind).toBe('noted');
  });

  test('that are refused leave no trace', async () => {
    for (let count = 0; count < 3; count += 1) await note();
    const before = memory.rawText();
    await begin();
    expect(memory.rawText()).toBe(before);
  });

  test('are never more than the limit when they come together', async () => {
    const admissions = await Promise.all(Array.from({ length: 20 }, () => begin()));
    expect(admissions.filter(({ kind }) => kind === 'noted')).toHaveLength(3);
  });

  test('that are withdrawn don’t count, and no other is lost with them', async () => {
    const noted = [await note(), await note(), await note()];
    await Promise.all(noted.map((attempt) => attempts.withdraw(attempt)));
    for (let count = 0; count < 3; count += 1) await note();
    expect((await begin()).kind).toBe('refused');
  });

  test('that succeed clear the account, and of the address themselves alone', async () => {
    await note();
    await note();
    await attempts.succeed(await note());
    for (let count = 0; count < 3; count += 1) await note();
    expect((await begin({ ...ADA, email: 'bob@example.com' })).kind).toBe('refused');
  });

  test('that are over are forgotten by withdrawing as by succeeding: once more changes nothing', async () => {
    const attempt = await note();
    await attempts.withdraw(attempt);
    const before = memory.rawText();
    await attempts.withdraw(attempt);
    expect(memory.rawText()).toBe(before);
  });
});

test('an account’s e-mail address isn’t stored, and everything goes when it no longer counts', async () => {
  await note();
  expect(memory.rawText()).not.toContain('ada');
  const expires_at_s = clock.now().getTime() / 1000 + 900;
  const hash = createHash('sha256').update(ADA.email).digest('hex');
  for (const subject of [hash, ADA.address]) {
    const item = await memory.table.get({ table: 'directory', pk: `SIGNIN#${subject}`, sk: 'SIGNIN' });
    expect(item?.expires_at_s).toBe(expires_at_s);
  }
});
