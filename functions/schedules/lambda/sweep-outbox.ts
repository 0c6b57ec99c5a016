import { readOverdueItems } from '../../../src/adapters/stores/outbox.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createForwarding, sendToFailures } from '../../runtime/aws/outbox.ts';
import { createOwnTable } from '../../runtime/aws/table.ts';
import { createOutboxSweeper } from '../sweep.ts';

// An hour's worth of what should be nothing; what is left waits for the next hour.
const MAX_PER_SHARD = 250;

const table = createOwnTable();

export const handler = createOutboxSweeper({
  ...createForwarding(table),
  readOverdue: (before) => readOverdueItems(table, before, MAX_PER_SHARD),
  report: (found) => sendToFailures(found, { reason: 'overdue' }),
  clock: systemClock,
});
