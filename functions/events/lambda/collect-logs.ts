import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { logLevel } from '../../runtime/aws/environment.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createLogCollector } from '../collect-logs.ts';

const compose = async () => ({
  logs: createLogStore(createTenantTable(), systemClock),
  logger: createLogger(logLevel()),
});

export const handler = createLogCollector(memoize(compose));
