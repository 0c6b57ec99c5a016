import { createUsageStore } from '../../../src/adapters/stores/usage-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createBillingConsumer } from '../../../src/domain/billing/index.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';

const compose = async () => createBillingConsumer(createUsageStore(createTenantTable(), systemClock));

export const handler = bindConsumer('billing', compose);
