import {
  type Membership,
  membershipSchema,
  type User,
  type UserStore,
  userSchema,
} from '../../domain/identity/index.ts';
import { type Item, MAX_BATCH_KEYS, type Table, type Write } from '../table/port.ts';
import { demandCurrent, versionIs } from './current.ts';
import { purgeEntry } from './due-purges.ts';
import { toEntity } from './entity.ts';
import { userItem } from './identity-store.ts';
import { keys } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { readAll } from './page.ts';

/** Users on the Table port: the directory's, with events that go to a tenant's outbox. Takes the unscoped table. */
export function createUserStore(table: Table): UserStore {
  return {
    async load(user_id) {
      const { pk } = keys.user(user_id);
      const partition = { table: 'directory', pk, direction: 'forward', limit: MAX_BATCH_KEYS } as const;
      const items = await readAll(table, partition);
      const user = items.find(({ key }) => key.sk === 'USER');
      if (user === undefined) return undefined;
      return { user: toEntity(userSchema, user), memberships: membershipsOf(items) };
    },

    async findAll(user_ids) {
      const found = new Map<string, User>();
      for (let start = 0; start < user_ids.length; start += MAX_BATCH_KEYS) {
        const batch = user_ids.slice(start, start + MAX_BATCH_KEYS);
        const items = await table.batchGet(batch.map((id) => keys.user(id)));
        for (const item of items) {
          const user = toEntity(userSchema, item);
          found.set(user.id, user);
        }
      }
      return found;
    },

    async replace(previous, next, event) {
      await demandCurrent(table.transact([replaceUser(previous, next), ...outboxWrites([event])]));
    },

    async scheduleDeletion(previous, next, { purge_at, event }) {
      const item = deletionItem(next, purge_at);
      const writes: Write[] = [replaceUser(previous, next), { kind: 'put', item }, ...outboxWrites([event])];
      await demandCurrent(table.transact(writes));
    },

    async cancelDeletion(previous, next, event) {
      const key = keys.userDeletion(next.home_tenant_id, next.id);
      const writes: Write[] = [
        replaceUser(previous, next),
        { kind: 'delete', key },
        ...outboxWrites([event]),
      ];
      await demandCurrent(table.transact(writes));
    },

    async purge(user, event) {
      const writes: Write[] = [
        { kind: 'delete', key: keys.user(user.id), condition: versionIs(user) },
        {
          kind: 'delete',
          key: keys.email(user.email),
          condition: { kind: 'equals', attribute: 'user_id', value: user.id },
        },
        { kind: 'delete', key: keys.userDeletion(user.home_tenant_id, user.id) },
        ...outboxWrites([event]),
      ];
      await demandCurrent(table.transact(writes));
    },
  };
}

/** Replaces a user, only while `previous` is current. */
export function replaceUser(previous: User, next: User): Write {
  return { kind: 'put', item: userItem(next), condition: versionIs(previous) };
}

function membershipsOf(items: readonly Item[]): Membership[] {
  return items
    .filter(({ key }) => key.sk.startsWith('MEMBERSHIP#'))
    .map((item) => toEntity(membershipSchema, item));
}

/** What tells the purge of an account: found by its time in the index of what is due. */
function deletionItem({ id, home_tenant_id }: User, purge_at: string): Item {
  return {
    key: keys.userDeletion(home_tenant_id, id),
    attributes: { kind: 'user', user_id: id, tenant_id: home_tenant_id, purge_at },
    indexes: purgeEntry(id, purge_at),
  };
}
