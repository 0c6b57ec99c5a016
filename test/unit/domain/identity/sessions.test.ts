import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { authenticate, login, refresh, register } from '../../../../src/domain/identity/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestAccounts, type TestAccounts } from '../../../support/identity.ts';
import { CLIENT } from '../../../support/things.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse', name: 'Ada' };
const DAY_MS = 86_400_000;
const GRACE_MS = 30_000;

let test_accounts: TestAccounts;
beforeEach(async () => {
  test_accounts = await createTestAccounts();
});

const deps = () => test_accounts.accounts;
const authentication = () => test_accounts.authentication;
const signUp = async () => (await register(deps(), ADA, CLIENT)).tokens;
const expOf = (token: string) => {
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number;
  };
  return exp * 1000;
};

describe('refreshing', () => {
  test('gives a new pair that works', async () => {
    const tokens = await signUp();
    const pair = await refresh(deps(), tokens.refresh_token);

    expect(pair.refresh_token).not.toBe(tokens.refresh_token);
    expect(pair.access_token).not.toBe(tokens.access_token);
    expect(await authenticate(authentication(), pair.access_token)).toBeDefined();
    expect(await refresh(deps(), pair.refresh_token)).toBeDefined();
  });

  test('an access token is no refresh token, and text is none either', async () => {
    const { access_token } = await signUp();

    await expectCode(refresh(deps(), access_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(refresh(deps(), 'text'), 'INVALID_REFRESH_TOKEN');
  });
});

describe('a client that lost the answer', () => {
  test('gets the very same refresh token again, and an access token that works', async () => {
    const tokens = await signUp();
    const first = await refresh(deps(), tokens.refresh_token);
    for (const wait_ms of [0, 1500, GRACE_MS - 1501]) {
      test_accounts.clock.advance(wait_ms);
      const again = await refresh(deps(), tokens.refresh_token);
      expect(again.refresh_token).toBe(first.refresh_token);
      expect(await authenticate(authentication(), again.access_token)).toBeDefined();
    }
    expect(await refresh(deps(), first.refresh_token)).toBeDefined();
  });

  test('is too late once the grace is over: that is reuse, and the session ends', async () => {
    const tokens = await signUp();
    const pair = await refresh(deps(), tokens.refresh_token);
    test_accounts.clock.advance(GRACE_MS);

    await expectCode(refresh(deps(), tokens.refresh_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(refresh(deps(), pair.refresh_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(authenticate(authentication(), pair.access_token), 'UNAUTHENTICATED');
  });

  test('is taken for a thief once the successor was used, within the grace too: all tokens of the session die', async () => {
    const tokens = await signUp();
    const second = await refresh(deps(), tokens.refresh_token);
    const third = await refresh(deps(), second.refresh_token);

    await expectCode(refresh(deps(), tokens.refresh_token), 'INVALID_REFRESH_TOKEN');

    for (const { refresh_token } of [tokens, second, third]) {
      await expectCode(refresh(deps(), refresh_token), 'INVALID_REFRESH_TOKEN');
    }
    for (const { access_token } of [tokens, second, third]) {
      await expectCode(authenticate(authentication(), access_token), 'UNAUTHENTICATED');
    }
  });

  test('and sends the same token many times at once gets one successor', async () => {
    const { refresh_token } = await signUp();

    const pairs = await Promise.all([1, 2, 3, 4].map(() => refresh(deps(), refresh_token)));

    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    expect(await refresh(deps(), pairs[0]?.refresh_token ?? '')).toBeDefined();
  });

  test('finds the session as it is, ended meanwhile or not', async () => {
    const { refresh_token, access_token } = await signUp();
    await refresh(deps(), refresh_token);
    const { user_id, tenant_id, credential } = await authenticate(authentication(), access_token);
    await deps().store.deleteSession({ user_id, tenant_id, id: credential.id });

    await expectCode(refresh(deps(), refresh_token), 'INVALID_REFRESH_TOKEN');
  });
});

describe('a session', () => {
  test('that ends leaves the user’s others alone', async () => {
    const first = await signUp();
    const second = await login(deps(), ADA, CLIENT);
    const pair = await refresh(deps(), first.refresh_token);
    await refresh(deps(), pair.refresh_token);
    await expectCode(refresh(deps(), first.refresh_token), 'INVALID_REFRESH_TOKEN');

    expect(await refresh(deps(), second.tokens.refresh_token)).toBeDefined();
  });

  test('ends absolutely, and no refresh token outlives it, however often it is rotated', async () => {
    let { refresh_token } = await signUp();
    const end_ms = test_accounts.clock.now().getTime() + 30 * DAY_MS;
    for (let week = 1; week <= 4; week += 1) {
      test_accounts.clock.advance(7 * DAY_MS - 1000);
      ({ refresh_token } = await refresh(deps(), refresh_token));
      expect(expOf(refresh_token)).toBeLessThanOrEqual(end_ms);
    }
    expect(expOf(refresh_token)).toBe(end_ms);
    test_accounts.clock.set(new Date(end_ms - 1000).toISOString());
    const last = await refresh(deps(), refresh_token);
    test_accounts.clock.advance(1000);

    await expectCode(refresh(deps(), last.refresh_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(authenticate(authentication(), last.access_token), 'UNAUTHENTICATED');
  });

  test('that is idle for seven days is over', async () => {
    const { refresh_token } = await signUp();
    test_accounts.clock.advance(7 * DAY_MS);

    await expectCode(refresh(deps(), refresh_token), 'INVALID_REFRESH_TOKEN');
  });

  test('of an earlier membership is not got back by being invited again', async () => {
    const { access_token, refresh_token } = await signUp();
    const { tenant_id, user_id } = await authenticate(authentication(), access_token);
    test_accounts.clock.advance(1000);
    await test_accounts.memory.table.write({
      kind: 'update',
      key: keys.member(tenant_id, user_id),
      set: { created_at: test_accounts.clock.now().toISOString() },
    });

    await expectCode(refresh(deps(), refresh_token), 'INVALID_REFRESH_TOKEN');
  });
});
