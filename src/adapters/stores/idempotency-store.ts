import type { Clock } from '../../domain/shared/ports.ts';
import { type Attributes, ConditionFailedError, type Item, type Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { readText } from './entity.ts';
import { keys } from './keys.ts';

const KEPT_S = 24 * 3600;
// Longer than any request may take: a key older than this whose request never ended belongs to one that died.
const IN_FLIGHT_S = 60;

interface Key {
  readonly tenant_id: string;
  readonly caller_id: string;
  readonly key_hash: string;
}

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type State =
  | { readonly state: 'new' }
  | { readonly state: 'in_flight'; readonly fingerprint: string }
  | { readonly state: 'done'; readonly fingerprint: string; readonly response: Response };

/** Idempotency keys on the Table port. @returns what functions/runtime/idempotency.ts asks for */
export function createIdempotencyStore(table: Table, clock: Clock) {
  const now_s = () => Math.floor(clock.now().getTime() / 1000);
  const scoped = (key: Key) => scopeToTenant(table, key.tenant_id);
  const keyOf = (key: Key) => keys.idempotency(key.tenant_id, key.caller_id, key.key_hash);

  const put = (key: Key, attributes: Attributes, lease_ends_s: number): Item => ({
    key: keyOf(key),
    // The lease lies far ahead once the answer is known: nobody may take the key over then.
    attributes: { ...attributes, lease_ends_s },
    expires_at_s: now_s() + KEPT_S,
  });

  return {
    async begin(key: Key, fingerprint: string): Promise<State> {
      try {
        await scoped(key).write({
          kind: 'put',
          item: put(key, { fingerprint }, now_s() + IN_FLIGHT_S),
          condition: { kind: 'absent_or_less', attribute: 'lease_ends_s', value: now_s() },
        });
        return { state: 'new' };
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error;
      }
      const item = await scoped(key).get(keyOf(key));
      return item === undefined ? { state: 'in_flight', fingerprint } : toState(item);
    },

    async finish(key: Key, fingerprint: string, response: Response): Promise<void> {
      const attributes = { fingerprint, response: JSON.stringify(response) };
      await scoped(key).write({ kind: 'put', item: put(key, attributes, now_s() + KEPT_S) });
    },

    async release(key: Key): Promise<void> {
      await scoped(key).write({ kind: 'delete', key: keyOf(key) });
    },
  };
}

function toState(item: Item): State {
  const fingerprint = readText(item, 'fingerprint');
  const response = item.attributes['response'];
  if (typeof response !== 'string') return { state: 'in_flight', fingerprint };
  return { state: 'done', fingerprint, response: JSON.parse(response) as Response };
}
