import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { authenticate, login, refresh, register } from '../../../../src/domain/identity/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestAccounts, type TestAccounts } from '../../../support/identity.ts';
import { OTHER_TENANT } from '../../../support/things.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse', name: 'Ada' };
const DAY_MS = 86_400_000;

let test_accounts: TestAccounts;
beforeEach(async () => {
  test_accounts = await createTestAccounts();
});

const deps = () => test_accounts.accounts;
const authentication = () => test_accounts.authentication;

describe('registering', () => {
  test('makes a user who owns a team of their own and is signed in', async () => {
    const { user, tenant, tokens } = await register(deps(), ADA);

    expect(user).toEqual({ id: user.id, email: ADA.email, name: 'Ada' });
    expect(tokens).toMatchObject({ expires_in: 900, token_type: 'Bearer' });
    expect(await authenticate(authentication(), tokens.access_token)).toMatchObject({
      user_id: user.id,
      tenant_id: tenant.id,
      email: ADA.email,
      roles: ['owner'],
    });
  });

  test('stores the password’s hash and tells of the user, never the password', async () => {
    const { user, tenant } = await register(deps(), ADA);

    expect(test_accounts.memory.rawText()).not.toContain(ADA.password);
    expect(test_accounts.memory.events).toEqual([
      expect.objectContaining({
        type: 'branchline.user.created',
        tenant_id: tenant.id,
        data: { user_id: user.id },
      }),
    ]);
  });

  test('a known address is refused', async () => {
    await register(deps(), ADA);

    await expectCode(register(deps(), { ...ADA, password: 'another one' }), 'EMAIL_TAKEN');
    expect(await login(deps(), ADA)).toBeDefined();
  });
});

describe('signing in', () => {
  test('opens a new session beside the first', async () => {
    const first = await register(deps(), ADA);
    const second = await login(deps(), ADA);

    const [one, other] = await Promise.all(
      [first, second].map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(second.user).toEqual(first.user);
    expect(other?.credential.id).not.toBe(one?.credential.id);
  });

  test('a wrong password and an unknown address are told alike, and both take a verification', async () => {
    await register(deps(), ADA);
    const before = test_accounts.passwords.calls.length;

    const wrong = await login(deps(), { ...ADA, password: 'wrong' }).catch((error: unknown) => error);
    const unknown = await login(deps(), { email: 'eve@example.com', password: 'wrong' }).catch(
      (error: unknown) => error,
    );

    expect(wrong).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(Object.entries(unknown as Error)).toEqual(Object.entries(wrong as Error));
    expect(test_accounts.passwords.calls.slice(before)).toEqual(['verify', 'verifyNothing']);
  });

  test('enters a new team of one’s own, which is home from then on, after the last one is left', async () => {
    const { user, tenant } = await register(deps(), ADA);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    const [first, second] = [await login(deps(), ADA), await login(deps(), ADA)];

    const [one, other] = await Promise.all(
      [first, second].map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(one).toMatchObject({ user_id: user.id, roles: ['owner'] });
    expect(one?.tenant_id).not.toBe(tenant.id);
    expect(other?.tenant_id).toBe(one?.tenant_id);
    expect((await deps().teams.findTeam(one?.tenant_id ?? ''))?.name).toBe("Ada's team");
  });

  test('twice at the same moment after the last team is left makes one team', async () => {
    const { user, tenant } = await register(deps(), ADA);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    const both = await Promise.all([login(deps(), ADA), login(deps(), ADA)]);

    const [one, other] = await Promise.all(
      both.map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(other?.tenant_id).toBe(one?.tenant_id);
  });
});

describe('refreshing', () => {
  test('gives a new pair that works', async () => {
    const { tokens } = await register(deps(), ADA);
    const pair = await refresh(deps(), tokens.refresh_token);

    expect(pair.refresh_token).not.toBe(tokens.refresh_token);
    expect(pair.access_token).not.toBe(tokens.access_token);
    expect(await authenticate(authentication(), pair.access_token)).toBeDefined();
    expect(await refresh(deps(), pair.refresh_token)).toBeDefined();
  });

  test('using a token again ends its session: the thief’s and the owner’s tokens both die', async () => {
    const { tokens } = await register(deps(), ADA);
    const pair = await refresh(deps(), tokens.refresh_token);

    await expectCode(refresh(deps(), tokens.refresh_token), 'INVALID_REFRESH_TOKEN');

    await expectCode(refresh(deps(), pair.refresh_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(authenticate(authentication(), pair.access_token), 'UNAUTHENTICATED');
  });

  test('the end of one session leaves the user’s others alone', async () => {
    const first = await register(deps(), ADA);
    const second = await login(deps(), ADA);
    await refresh(deps(), first.tokens.refresh_token);
    await expectCode(refresh(deps(), first.tokens.refresh_token), 'INVALID_REFRESH_TOKEN');

    expect(await refresh(deps(), second.tokens.refresh_token)).toBeDefined();
  });

  test('a token used twice at the same moment gives at most one pair', async () => {
    const { tokens } = await register(deps(), ADA);

    const outcomes = await Promise.allSettled([1, 2].map(() => refresh(deps(), tokens.refresh_token)));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('rotation doesn’t extend a session beyond its absolute end', async () => {
    let { refresh_token } = (await register(deps(), ADA)).tokens;
    for (let week = 1; week <= 4; week += 1) {
      test_accounts.clock.advance(7 * DAY_MS - 1000);
      ({ refresh_token } = await refresh(deps(), refresh_token));
    }
    test_accounts.clock.advance(2 * DAY_MS + 4000);

    await expectCode(refresh(deps(), refresh_token), 'INVALID_REFRESH_TOKEN');
  });

  test('a token older than seven days is refused', async () => {
    const { tokens } = await register(deps(), ADA);
    test_accounts.clock.advance(7 * DAY_MS);

    await expectCode(refresh(deps(), tokens.refresh_token), 'INVALID_REFRESH_TOKEN');
  });

  test('an access token is no refresh token, and text is none either', async () => {
    const { tokens } = await register(deps(), ADA);

    await expectCode(refresh(deps(), tokens.access_token), 'INVALID_REFRESH_TOKEN');
    await expectCode(refresh(deps(), 'text'), 'INVALID_REFRESH_TOKEN');
  });
});

describe('authenticating', () => {
  test('a changed role counts at once, whatever the token says', async () => {
    const { user, tenant, tokens } = await register(deps(), ADA);
    await test_accounts.memory.table.write({
      kind: 'update',
      key: keys.member(tenant.id, user.id),
      set: { roles: ['viewer'] },
    });

    expect((await authenticate(authentication(), tokens.access_token)).roles).toEqual(['viewer']);
  });

  test('a removed member’s access token is dead', async () => {
    const { user, tenant, tokens } = await register(deps(), ADA);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    await expectCode(authenticate(authentication(), tokens.access_token), 'UNAUTHENTICATED');
  });

  test('an access token of a session past its absolute end is dead, though the token itself is not', async () => {
    const { tokens } = await register(deps(), ADA);
    let { refresh_token, access_token } = tokens;
    for (let step = 1; step <= 5; step += 1) {
      test_accounts.clock.advance(step === 5 ? 2 * DAY_MS - 60_000 : 7 * DAY_MS - 1000);
      ({ refresh_token, access_token } = await refresh(deps(), refresh_token));
    }
    expect(await authenticate(authentication(), access_token)).toBeDefined();
    test_accounts.clock.advance(70_000);

    await expectCode(authenticate(authentication(), access_token), 'UNAUTHENTICATED');
  });

  test('no token, a refresh token and an expired one are refused', async () => {
    const { tokens } = await register(deps(), ADA);

    await expectCode(authenticate(authentication(), undefined), 'UNAUTHENTICATED');
    await expectCode(authenticate(authentication(), tokens.refresh_token), 'UNAUTHENTICATED');
    test_accounts.clock.advance(900_000);
    await expectCode(authenticate(authentication(), tokens.access_token), 'UNAUTHENTICATED');
  });

  test('a token signed for another tenant does not open that tenant', async () => {
    const { user, tokens } = await register(deps(), ADA);
    const { credential } = await authenticate(authentication(), tokens.access_token);
    const forged = await deps().tokens.signAccess({
      sub: user.id,
      email: ADA.email,
      tenant_id: OTHER_TENANT,
      roles: ['owner'],
      sid: credential.id,
      jti: deps().ids.next('tok'),
    });

    await expectCode(authenticate(authentication(), forged), 'UNAUTHENTICATED');
  });
});
