import { createUsageStore } from '../../../src/adapters/stores/usage-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTenantTable } from '../../runtime/aws/table.ts';
import { createUsageFunction } from './handler.ts';

async function compose() {
  const table = createTenantTable(AWAITED);
  return createUsageFunction({
    ...createApiRuntime(table, verificationKeys()),
    usage: createUsageStore(table, systemClock),
    clock: systemClock,
  });
}

export const handler = bindHttp(compose);
