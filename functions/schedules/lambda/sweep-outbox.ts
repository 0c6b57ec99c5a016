import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publishEvents } from '../../../src/adapters/aws/event-publisher.ts';
import { createDynamoClients } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { readOverdueEvents } from '../../../src/adapters/stores/outbox.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { logLevel, required } from '../../runtime/aws/environment.ts';
import { createOutboxSweeper } from '../sweep.ts';

// An hour's worth of what should be nothing; what is left waits for the next hour.
const MAX_PER_SHARD = 250;

const table = createDynamoTable(createDynamoClients()(), {
  tenants: required('TENANTS_TABLE'),
  directory: '',
});
const bus = new EventBridgeClient({});

export const handler = createOutboxSweeper({
  readOverdue: (before) => readOverdueEvents(table, before, MAX_PER_SHARD),
  publish: (events) => publishEvents(bus, required('EVENT_BUS_NAME'), events),
  acknowledge: ({ tenant_id, id }) => table.write({ kind: 'delete', key: keys.outbox(tenant_id, id) }),
  clock: systemClock,
  logger: createLogger(logLevel()),
});
