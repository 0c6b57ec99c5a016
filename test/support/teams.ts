import { invitationCodec } from '../../src/adapters/identity/invitation-codec.ts';
import { createInvitationStore } from '../../src/adapters/stores/invitation-store.ts';
import { keys, tenantPk } from '../../src/adapters/stores/keys.ts';
import type { Principal } from '../../src/domain/access/index.ts';
import {
  authenticate,
  type InvitationDependencies,
  type Member,
  register,
  type Tenant,
} from '../../src/domain/identity/index.ts';
import { createTestAccounts, type TestAccounts } from './identity.ts';
import { CLIENT } from './things.ts';

export const PASSWORD = 'correct horse';

/** Teams and accounts on one table in memory. */
export interface TestTeams extends TestAccounts {
  readonly deps: InvitationDependencies;
  /** Makes an account with a team of its own. @returns them, signed in to it */
  readonly signUp: (name: string) => Promise<Principal>;
  /** Whoever somebody is in a team now; undefined for whoever is no member. */
  readonly principalIn: (
    tenant_id: string,
    who: Pick<Principal, 'user_id'>,
  ) => Promise<Principal | undefined>;
  /** A team and all of its members, as they are stored. */
  read(
    tenant_id: string,
  ): Promise<{ readonly tenant: Tenant | undefined; readonly members: readonly Member[] }>;
}

export async function createTestTeams(): Promise<TestTeams> {
  const test_accounts = await createTestAccounts();
  const { accounts, authentication, memory } = test_accounts;
  const { table } = memory;
  const { users, teams, clock, ids, mailer } = accounts;
  return {
    ...test_accounts,
    deps: {
      users,
      teams,
      invitations: createInvitationStore(table),
      codec: invitationCodec,
      mailer,
      clock,
      ids,
    },
    async signUp(name) {
      const input = { email: `${name}@example.com`, password: PASSWORD, name };
      const { tokens } = await register(accounts, input, CLIENT);
      return authenticate(authentication, tokens.access_token);
    },
    async principalIn(tenant_id, { user_id }) {
      const found = await teams.loadMembership(tenant_id, user_id);
      if (found === undefined) return undefined;
      const { email, roles, project_ids } = found.member;
      const credential = { kind: 'session', id: 'ses_' } as const;
      return { user_id, tenant_id, email, roles, project_ids, credential, scopes: null, environment: null };
    },
    async read(tenant_id) {
      const pk = tenantPk(tenant_id);
      const query = { table: 'tenants', pk, sk: { prefix: 'MEMBER#' }, direction: 'forward' } as const;
      const { items } = await table.query({ ...query, limit: 1000 });
      const tenant = await table.get(keys.tenant(tenant_id));
      return {
        tenant: tenant?.attributes as unknown as Tenant | undefined,
        members: items.map((item) => item.attributes as unknown as Member),
      };
    },
  };
}
