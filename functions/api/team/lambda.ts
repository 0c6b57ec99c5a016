import { invitationCodec } from '../../../src/adapters/identity/invitation-codec.ts';
import { createInvitationStore } from '../../../src/adapters/stores/invitation-store.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { functionMailer } from '../../runtime/aws/mail.ts';
import { loadCursors, verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTwoTable } from '../../runtime/aws/table.ts';
import { createTeamFunction } from './handler.ts';

async function compose() {
  const table = createTwoTable(AWAITED);
  return createTeamFunction({
    ...createApiRuntime(table, verificationKeys()),
    invitations: {
      users: createUserStore(table),
      teams: createTeamStore(table),
      invitations: createInvitationStore(table),
      codec: invitationCodec,
      mailer: functionMailer(),
      clock: systemClock,
      ids: uuidIds,
    },
    cursors: await loadCursors(),
  });
}

export const handler = bindHttp(compose);
