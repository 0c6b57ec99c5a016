import { ConditionFailedError, type Table, type Write } from '../table/port.ts';
import { keys } from './keys.ts';

// Longer than any event can still be delivered again.
const REMEMBERED_S = 35 * 24 * 3600;

/** Writes once per event and consumer: the mark that it was seen is part of the transaction.
 *  @param now_s - seconds since 1970
 *  @returns false when the event had been seen, and nothing was written */
export async function writeOnce(
  table: Table,
  event: { readonly tenant_id: string; readonly consumer: string; readonly event_id: string },
  now_s: number,
  writes: readonly Write[],
): Promise<boolean> {
  const mark: Write = {
    kind: 'put',
    item: {
      key: keys.seen(event.tenant_id, event.consumer, event.event_id),
      attributes: {},
      expires_at_s: now_s + REMEMBERED_S,
    },
    condition: { kind: 'absent' },
  };
  try {
    await table.transact([mark, ...writes]);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailedError && error.failed.includes(0)) return false;
    throw error;
  }
}
