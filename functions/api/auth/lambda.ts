import { createCommonPasswords } from '../../../src/adapters/identity/common-passwords.ts';
import { invitationCodec } from '../../../src/adapters/identity/invitation-codec.ts';
import { oneTimeSecrets } from '../../../src/adapters/identity/one-time-secrets.ts';
import { createPasswordHasher } from '../../../src/adapters/identity/passwords.ts';
import { createTokens } from '../../../src/adapters/identity/tokens.ts';
import { createCredentialStore } from '../../../src/adapters/stores/credential-store.ts';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { createInvitationStore } from '../../../src/adapters/stores/invitation-store.ts';
import { createSessionStore } from '../../../src/adapters/stores/session-store.ts';
import { createSignInStore } from '../../../src/adapters/stores/sign-in-store.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { readLimits } from '../../../src/domain/limits/index.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { rateLimit } from '../../runtime/aws/environment.ts';
import { functionMailer } from '../../runtime/aws/mail.ts';
import { loadCursors, signingKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTwoTable } from '../../runtime/aws/table.ts';
import { createAuthFunction } from './handler.ts';

async function compose() {
  const table = createTwoTable(AWAITED);
  const keys = signingKeys();
  const credentials = createCredentialStore(table);
  const runtime = createApiRuntime(table, keys);
  const mailer = functionMailer();
  const [users, teams] = [createUserStore(table), createTeamStore(table)];
  return createAuthFunction({
    ...runtime,
    sign_in: {
      attempts: createSignInStore(table, systemClock),
      limits: readLimits(rateLimit()).sign_in,
      logger: runtime.logger,
    },
    cursors: await loadCursors(),
    accounts: {
      store: createIdentityStore(table),
      users,
      teams,
      sessions: createSessionStore(table),
      credentials,
      resets: credentials,
      secrets: oneTimeSecrets,
      common_passwords: createCommonPasswords(),
      passwords: createPasswordHasher(),
      tokens: createTokens(keys, systemClock),
      mailer: mailer,
      clock: systemClock,
      ids: uuidIds,
    },
    invitations: {
      users,
      teams,
      invitations: createInvitationStore(table),
      codec: invitationCodec,
      mailer,
      clock: systemClock,
      ids: uuidIds,
    },
  });
}

export const handler = bindHttp(compose);
