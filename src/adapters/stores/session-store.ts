import { type Session, type SessionStore, sessionEnd, sessionSchema } from '../../domain/identity/index.ts';
import type { Item, Table } from '../table/port.ts';
import { readText, toAttributes, toEntity } from './entity.ts';
import { keys } from './keys.ts';
import { readAll } from './page.ts';

const PAGE = 100;

/** A user's sessions on the Table port: they lie with each of their teams, and the directory knows which those are. */
export function createSessionStore(table: Table): SessionStore {
  const sessionsIn = (user_id: string, tenant_id: string) => {
    const { pk, sk } = keys.session(tenant_id, user_id, '');
    return { table: 'tenants', pk, sk: { prefix: sk }, direction: 'backward' } as const;
  };

  return {
    // The ids sort by time, so the newest of all teams are among the newest of each.
    async listSessions(user_id, { limit, after }) {
      const tenant_ids = await readTenantIds(table, user_id);
      const pages = await Promise.all(
        tenant_ids.map((tenant_id) => {
          const start = after === undefined ? {} : { after: keys.session(tenant_id, user_id, after) };
          return table.query({ ...sessionsIn(user_id, tenant_id), limit: limit + 1, ...start });
        }),
      );
      const found = pages
        .flatMap(({ items }) => items.map(toSession))
        .sort((one, other) => (one.id < other.id ? 1 : -1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? items.at(-1)?.id : undefined };
    },

    async findSession(user_id, session_id) {
      const tenant_ids = await readTenantIds(table, user_id);
      const found = await Promise.all(
        tenant_ids.map((tenant_id) => table.get(keys.session(tenant_id, user_id, session_id))),
      );
      const item = found.find((each) => each !== undefined);
      return item === undefined ? undefined : toSession(item);
    },

    async endSessions(user_id, except_id) {
      for (const tenant_id of await readTenantIds(table, user_id)) {
        const items = await readAll(table, { ...sessionsIn(user_id, tenant_id), limit: PAGE });
        const ended = items.filter((item) => toSession(item).id !== except_id);
        await Promise.all(ended.map(({ key }) => table.write({ kind: 'delete', key })));
      }
    },
  };
}

/** A session's item. It may vanish once the session has ended. */
export function sessionItem(session: Session): Item {
  return {
    key: keys.session(session.tenant_id, session.user_id, session.id),
    attributes: toAttributes(session),
    expires_at_s: Math.ceil(Date.parse(sessionEnd(session)) / 1000),
  };
}

async function readTenantIds(table: Table, user_id: string): Promise<string[]> {
  const { pk, sk } = keys.membership(user_id, '');
  const memberships = {
    table: 'directory',
    pk,
    sk: { prefix: sk },
    direction: 'forward',
    limit: PAGE,
  } as const;
  const items = await readAll(table, memberships);
  return items.map((item) => readText(item, 'tenant_id'));
}

function toSession(item: Item): Session {
  return toEntity(sessionSchema, item);
}
