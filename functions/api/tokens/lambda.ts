import { apiTokenCodec } from '../../../src/adapters/identity/api-token-codec.ts';
import { createApiTokenStore } from '../../../src/adapters/stores/api-token-store.ts';
import { createProjectReader } from '../../../src/adapters/stores/project-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { loadCursors, verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTenantTable } from '../../runtime/aws/table.ts';
import { createTokensFunction } from './handler.ts';

async function compose() {
  const table = createTenantTable(AWAITED);
  return createTokensFunction({
    ...createApiRuntime(table, verificationKeys()),
    api_tokens: {
      api_tokens: createApiTokenStore(table),
      codec: apiTokenCodec,
      projects: createProjectReader(table),
      clock: systemClock,
      ids: uuidIds,
    },
    cursors: await loadCursors(),
  });
}

export const handler = bindHttp(compose);
