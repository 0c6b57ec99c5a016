import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import {
  authenticate,
  login,
  type PasswordHasher,
  refresh,
  register,
} from '../../../../src/domain/identity/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestAccounts, type TestAccounts } from '../../../support/identity.ts';
import { testId } from '../../../support/test-ids.ts';
import { CLIENT } from '../../../support/things.ts';

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
    const { user, tenant, tokens } = await register(deps(), ADA, CLIENT);

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
    const { user, tenant } = await register(deps(), ADA, CLIENT);

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
    await register(deps(), ADA, CLIENT);

    await expectCode(register(deps(), { ...ADA, password: 'another one' }, CLIENT), 'EMAIL_TAKEN');
    expect(await login(deps(), ADA, CLIENT)).toBeDefined();
  });
});

describe('signing in', () => {
  test('opens a new session beside the first', async () => {
    const first = await register(deps(), ADA, CLIENT);
    const second = await login(deps(), ADA, CLIENT);

    const [one, other] = await Promise.all(
      [first, second].map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(second.user).toEqual(first.user);
    expect(other?.credential.id).not.toBe(one?.credential.id);
  });

  test('a wrong password and an unknown address are told alike, and both take a verification', async () => {
    await register(deps(), ADA, CLIENT);
    const before = test_accounts.passwords.calls.length;

    const wrong = await login(deps(), { ...ADA, password: 'wrong' }, CLIENT).catch((error: unknown) => error);
    const unknown = await login(deps(), { email: 'eve@example.com', password: 'wrong' }, CLIENT).catch(
      (error: unknown) => error,
    );

    expect(wrong).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(Object.entries(unknown as Error)).toEqual(Object.entries(wrong as Error));
    expect(test_accounts.passwords.calls.slice(before)).toEqual(['verify', 'verifyNothing']);
  });

  test('a hash with outdated parameters is made anew, and the password goes on being good', async () => {
    const { user } = await register(deps(), ADA, CLIENT);
    const before = await deps().credentials.findUser(user.id);
    const outdated = `outdated:${before?.password_hash}`;
    await test_accounts.memory.table.write({
      kind: 'update',
      key: keys.user(user.id),
      set: { password_hash: outdated },
    });

    await login(deps(), ADA, CLIENT);
    expect(await deps().credentials.findUser(user.id)).toEqual({ ...before, version: 2 });
    await login(deps(), ADA, CLIENT);
    expect((await deps().credentials.findUser(user.id))?.version).toBe(2);
  });

  test('a password that changes in the moment of a sign-in with the old one lets nobody in', async () => {
    const { user } = await register(deps(), ADA, CLIENT);
    const verify: PasswordHasher['verify'] = async (phc, password) => {
      const fits = await deps().passwords.verify(phc, password);
      const password_hash = await deps().passwords.hash('another one');
      const key = keys.user(user.id);
      await test_accounts.memory.table.write({
        kind: 'update',
        key,
        set: { password_hash },
        add: { version: 1 },
      });
      return fits;
    };
    const racing = { ...deps(), passwords: { ...deps().passwords, verify } };

    await expectCode(login(racing, ADA, CLIENT), 'INVALID_CREDENTIALS');
    expect((await deps().sessions.listSessions(user.id, { limit: 10 })).items).toHaveLength(1);
  });

  test('a name that changes in the moment of a sign-in is no hindrance', async () => {
    const { user } = await register(deps(), ADA, CLIENT);
    let changes = 1;
    const verify: PasswordHasher['verify'] = async (phc, password) => {
      const key = keys.user(user.id);
      if (changes > 0) await test_accounts.memory.table.write({ kind: 'update', key, add: { version: 1 } });
      changes -= 1;
      return deps().passwords.verify(phc, password);
    };
    const racing = { ...deps(), passwords: { ...deps().passwords, verify } };

    expect(await login(racing, ADA, CLIENT)).toMatchObject({ user: { id: user.id } });
    changes = Number.POSITIVE_INFINITY;
    await expectCode(login(racing, ADA, CLIENT), 'SERVICE_UNAVAILABLE');
  });

  test('enters a new team of one’s own, which is home from then on, after the last one is left', async () => {
    const { user, tenant } = await register(deps(), ADA, CLIENT);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    const [first, second] = [await login(deps(), ADA, CLIENT), await login(deps(), ADA, CLIENT)];

    const [one, other] = await Promise.all(
      [first, second].map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(one).toMatchObject({ user_id: user.id, roles: ['owner'] });
    expect(one?.tenant_id).not.toBe(tenant.id);
    expect(other?.tenant_id).toBe(one?.tenant_id);
    expect((await deps().teams.findTeam(one?.tenant_id ?? ''))?.name).toBe("Ada's team");
  });

  test('twice at the same moment after the last team is left makes one team', async () => {
    const { user, tenant } = await register(deps(), ADA, CLIENT);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    const both = await Promise.all([login(deps(), ADA, CLIENT), login(deps(), ADA, CLIENT)]);

    const [one, other] = await Promise.all(
      both.map(({ tokens }) => authenticate(authentication(), tokens.access_token)),
    );
    expect(other?.tenant_id).toBe(one?.tenant_id);
  });
});

describe('authenticating', () => {
  test('a changed role counts at once, whatever the token says', async () => {
    const { user, tenant, tokens } = await register(deps(), ADA, CLIENT);
    await test_accounts.memory.table.write({
      kind: 'update',
      key: keys.member(tenant.id, user.id),
      set: { roles: ['viewer'] },
    });

    expect((await authenticate(authentication(), tokens.access_token)).roles).toEqual(['viewer']);
  });

  test('a removed member’s access token is dead', async () => {
    const { user, tenant, tokens } = await register(deps(), ADA, CLIENT);
    await test_accounts.memory.table.write({ kind: 'delete', key: keys.member(tenant.id, user.id) });

    await expectCode(authenticate(authentication(), tokens.access_token), 'UNAUTHENTICATED');
  });

  test('an access token of a session past its absolute end is dead, though the token itself is not', async () => {
    const { tokens } = await register(deps(), ADA, CLIENT);
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
    const { tokens } = await register(deps(), ADA, CLIENT);

    await expectCode(authenticate(authentication(), undefined), 'UNAUTHENTICATED');
    await expectCode(authenticate(authentication(), tokens.refresh_token), 'UNAUTHENTICATED');
    test_accounts.clock.advance(900_000);
    await expectCode(authenticate(authentication(), tokens.access_token), 'UNAUTHENTICATED');
  });

  test('a token signed for another tenant does not open that tenant', async () => {
    const { user, tokens } = await register(deps(), ADA, CLIENT);
    const { credential } = await authenticate(authentication(), tokens.access_token);
    const forged = await deps().tokens.signAccess({
      sub: user.id,
      email: ADA.email,
      tenant_id: testId('ten', 0xffff),
      roles: ['owner'],
      sid: credential.id,
      jti: deps().ids.next('tok'),
    });

    await expectCode(authenticate(authentication(), forged), 'UNAUTHENTICATED');
  });
});
