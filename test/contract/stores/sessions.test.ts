import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createSessionStore } from '../../../src/adapters/stores/session-store.ts';
import type { Session, SessionStore } from '../../../src/domain/identity/index.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { CLIENT, OTHER_TENANT, OTHER_USER, TENANT, USER } from '../../support/things.ts';

const CREATED_AT = '2026-11-15T12:00:00.000Z';

let memory: MemoryTable;
let store: SessionStore;
beforeEach(async () => {
  memory = createMemoryTable();
  store = createSessionStore(memory.table);
  await join(USER, TENANT);
  await join(USER, OTHER_TENANT);
  await join(OTHER_USER, OTHER_TENANT);
});

async function join(user_id: string, tenant_id: string): Promise<void> {
  const attributes = { user_id, tenant_id, created_at: CREATED_AT };
  await memory.table.write({ kind: 'put', item: { key: keys.membership(user_id, tenant_id), attributes } });
}

async function put(number: number, tenant_id = TENANT, user_id = USER): Promise<Session> {
  const session: Session = {
    id: testId('ses', number),
    tenant_id,
    user_id,
    refresh_token_id: testId('tok', number),
    previous_refresh_token_id: null,
    rotated_at: CREATED_AT,
    ...CLIENT,
    created_at: CREATED_AT,
    expires_at: '2026-12-15T12:00:00.000Z',
  };
  const key = keys.session(tenant_id, user_id, session.id);
  await memory.table.write({ kind: 'put', item: { key, attributes: session } });
  return session;
}

const listed = async (user_id = USER) => (await store.listSessions(user_id, { limit: 1000 })).items;

describe('a user’s sessions', () => {
  test('are those of all of their teams, newest first, and nobody else’s', async () => {
    const one = await put(1);
    const three = await put(3);
    const two = await put(2, OTHER_TENANT);
    await put(4, OTHER_TENANT, OTHER_USER);

    expect(await listed()).toEqual([three, two, one]);
  });

  test('come in pages that neither miss nor repeat one, whichever team each is in', async () => {
    for (let number = 1; number <= 9; number += 1)
      await put(number, number % 3 === 0 ? TENANT : OTHER_TENANT);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.listSessions(USER, { limit: 2, ...(after === undefined ? {} : { after }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);

    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((number) => testId('ses', number)));
  });

  test('are found by their id in any team, but not by another user', async () => {
    const session = await put(1, OTHER_TENANT);

    expect(await store.findSession(USER, session.id)).toEqual(session);
    expect(await store.findSession(OTHER_USER, session.id)).toBeUndefined();
    expect(await store.findSession(USER, testId('ses', 9))).toBeUndefined();
    expect(await store.findSession(testId('usr', 9), session.id)).toBeUndefined();
  });

  test('end all together in every team, but for one where that is wanted; others’ stay', async () => {
    for (let number = 1; number <= 120; number += 1) await put(number);
    await put(200, OTHER_TENANT);
    const other = await put(201, OTHER_TENANT, OTHER_USER);
    await store.endSessions(USER, testId('ses', 50));
    expect((await listed()).map(({ id }) => id)).toEqual([testId('ses', 50)]);

    await store.endSessions(USER);
    expect(await listed()).toEqual([]);
    expect(await listed(OTHER_USER)).toEqual([other]);
  });
});
