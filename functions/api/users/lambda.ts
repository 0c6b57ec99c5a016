import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTwoTable } from '../../runtime/aws/table.ts';
import { createUsersFunction } from './handler.ts';

async function compose() {
  const table = createTwoTable(AWAITED);
  return createUsersFunction({
    ...createApiRuntime(table, verificationKeys()),
    team: {
      users: createUserStore(table),
      teams: createTeamStore(table),
      clock: systemClock,
      ids: uuidIds,
    },
  });
}

export const handler = bindHttp(compose);
