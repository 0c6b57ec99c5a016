import { createUsageStore } from '../../../src/adapters/stores/usage-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createBillingConsumer } from '../../../src/domain/billing/index.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createConsumerFunction } from '../consume.ts';

const compose = async () => createBillingConsumer(createUsageStore(createTenantTable(), systemClock));

export const handler = createConsumerFunction(memoize(compose));
