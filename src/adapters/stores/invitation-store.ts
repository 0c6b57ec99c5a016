import {
  type Invitation,
  type InvitationStore,
  invitationSchema,
  type Joining,
} from '../../domain/identity/index.ts';
import { AppError, type ErrorCode } from '../../domain/shared/errors.ts';
import {
  ConditionFailedError,
  type Item,
  MAX_TRANSACTION_WRITES,
  type Table,
  type Write,
} from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { demandCurrent, versionIs } from './current.ts';
import { readText, toAttributes, toEntity } from './entity.ts';
import { emailClaim, memberItem, membershipItem, userItem } from './identity-store.ts';
import { keys, tenantPk } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { readPage } from './page.ts';
import { sessionItem } from './session-store.ts';

const PREFIX = 'INVITATION#';
// Each takes two writes of a transaction.
const AT_ONCE = MAX_TRANSACTION_WRITES / 2;

/** Invitations on the Table port. Whoever accepts one goes into the directory, so this takes the unscoped table. */
export function createInvitationStore(table: Table): InvitationStore {
  return {
    async put(invitation, event) {
      const { tenant_id, email } = invitation;
      const scoped = scopeToTenant(table, tenant_id);
      const claim = await scoped.get(keys.invited(tenant_id, email));
      const writing = scoped.transact([...putWrites(invitation, claim), ...outboxWrites([event])]);
      await demandCurrent(writing);
    },

    async find(tenant_id, id) {
      const item = await scopeToTenant(table, tenant_id).get(keys.invitation(tenant_id, id));
      return item === undefined ? undefined : toEntity(invitationSchema, item);
    },

    async list(tenant_id, page) {
      const { items, next } = await readPage(table, tenant_id, (id) => keys.invitation(tenant_id, id), page);
      return { items: items.map((item) => toEntity(invitationSchema, item)), next };
    },

    async withdraw(invitation, event) {
      const writes = [...endWrites(invitation), ...outboxWrites([event])];
      try {
        await scopeToTenant(table, invitation.tenant_id).transact(writes);
      } catch (error) {
        // It was accepted, replaced or withdrawn a moment ago, and somebody has told of that.
        if (!(error instanceof ConditionFailedError)) throw error;
      }
    },

    async withdrawAll(tenant_id) {
      const scoped = scopeToTenant(table, tenant_id);
      let items: readonly Item[];
      do {
        ({ items } = await scoped.query({
          table: 'tenants',
          pk: tenantPk(tenant_id),
          sk: { prefix: PREFIX },
          direction: 'forward',
          limit: AT_ONCE,
        }));
        const invitations = items.map((item) => toEntity(invitationSchema, item));
        await scoped.transact(invitations.flatMap(removeWrites));
      } while (items.length === AT_ONCE);
    },

    async accept(joining) {
      await commit(table, joinWrites(joining));
    },

    async acceptAsNew(joining, { user, session }) {
      await commit(table, [
        ...joinWrites(joining),
        emailClaim(user),
        { kind: 'put', item: userItem(user) },
        { kind: 'put', item: sessionItem(session) },
      ]);
    },
  };
}

/** An invitation and its address's claim on being the only one, in place of the older one. */
function putWrites(invitation: Invitation, claim: Item | undefined): Write[] {
  const { id, tenant_id, email } = invitation;
  const expires_at_s = Math.ceil(Date.parse(invitation.expires_at) / 1000);
  const item = { key: keys.invitation(tenant_id, id), attributes: toAttributes(invitation), expires_at_s };
  const next = { key: keys.invited(tenant_id, email), attributes: { invitation_id: id }, expires_at_s };
  if (claim === undefined) {
    return [
      { kind: 'put', item },
      { kind: 'put', item: next, condition: { kind: 'absent' } },
    ];
  }
  const older = readText(claim, 'invitation_id');
  return [
    { kind: 'put', item },
    {
      kind: 'put',
      item: next,
      condition: { kind: 'equals', attribute: 'invitation_id', value: older },
    },
    { kind: 'delete', key: keys.invitation(tenant_id, older) },
  ];
}

/** Removes an invitation, whether it is there or not. */
function removeWrites({ id, tenant_id, email }: Invitation): Write[] {
  return [
    { kind: 'delete', key: keys.invitation(tenant_id, id) },
    { kind: 'delete', key: keys.invited(tenant_id, email) },
  ];
}

/** Ends an invitation, only while it is there. Its claim goes with it: both always change together. */
function endWrites({ id, tenant_id, email, secret_hash }: Invitation): Write[] {
  return [
    {
      kind: 'delete',
      key: keys.invitation(tenant_id, id),
      condition: { kind: 'equals', attribute: 'secret_hash', value: secret_hash },
    },
    { kind: 'delete', key: keys.invited(tenant_id, email) },
  ];
}

function joinWrites({ invitation, member, owners, events }: Joining): Write[] {
  return [
    ...endWrites(invitation),
    { kind: 'put', item: memberItem(member), condition: { kind: 'absent' } },
    { kind: 'put', item: membershipItem(member) },
    teamWrite(invitation.tenant_id, owners),
    ...outboxWrites(events),
  ];
}

/** Nobody joins a team that is gone. */
function teamWrite(tenant_id: string, owners: Joining['owners']): Write {
  const key = keys.tenant(tenant_id);
  if (owners === undefined) return { kind: 'check', key, condition: { kind: 'present' } };
  const item = { key, attributes: toAttributes(owners.next) };
  return { kind: 'put', item, condition: versionIs(owners.previous) };
}

/** What a refused condition means, by the item whose it is; the first that fits is told. */
const REFUSALS: readonly (readonly [sk: string, ErrorCode])[] = [
  [PREFIX, 'INVALID_INVITATION'],
  ['EMAIL', 'EMAIL_TAKEN'],
  ['MEMBER#', 'ALREADY_MEMBER'],
];

async function commit(table: Table, writes: readonly Write[]): Promise<void> {
  try {
    await table.transact(writes);
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
    const refused = error.failed.flatMap((position) => sortKeyOf(writes[position]));
    const known = REFUSALS.find(([prefix]) => refused.some((sk) => sk.startsWith(prefix)));
    throw new AppError(known?.[1] ?? 'WRITE_CONFLICT', { cause: error });
  }
}

function sortKeyOf(write: Write | undefined): string[] {
  if (write === undefined) return [];
  return [write.kind === 'put' ? write.item.key.sk : write.key.sk];
}
