import { expect } from 'vitest';
import { createMemoryCache } from '../../src/adapters/cache/memory-cache.ts';
import { rememberFinalItems } from '../../src/adapters/stores/final-items.ts';
import { createTestApi, PASSWORD, type TestAnswer, type TestApi } from '../support/api.ts';
import { createRecordedLogger } from '../support/recorded-logger.ts';
import { NOWHERE } from '../support/samples.ts';
import { createMemoryTable } from '../support/tables.ts';
import { createSide, type Side } from './side.ts';
import { watchCache } from './watch-cache.ts';
import { watchCalls } from './watch-calls.ts';

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another credential than the owner's own access token. */
  readonly token?: string | undefined;
}

/** Two tenants behind one API with all of its caches, and what one of them may never get to see. */
export interface World {
  readonly api: TestApi;
  readonly sides: readonly [Side, Side];
  /** Sends a request of one side's, and demands that nothing of the other's is in the answer, in the log's lines or in the
   *  keys of the cache. */
  ask(side: Side, method: string, target: string, request?: Ask): Promise<TestAnswer>;
  /** The calls of the table that a request makes, by operation: what its time depends on. */
  callsOf(
    work: () => Promise<TestAnswer>,
  ): Promise<{ readonly answer: TestAnswer; readonly calls: string[] }>;
  other(side: Side): Side;
  /** How often the shared cache had what it was asked for. */
  cacheHits(): number;
}

export async function openWorld(): Promise<World> {
  const memory = createMemoryTable();
  const watched = watchCalls(memory.table);
  const monotonic_ms = () => 0;
  const table = rememberFinalItems(watched.table, { monotonic_ms });
  const shared = watchCache(createMemoryCache({ max: 10_000, monotonic_ms }));
  const logger = createRecordedLogger();
  const api = await createTestApi({ memory: { ...memory, table }, cache: shared.cache, logger });
  const signUp = async (word: string) => createSide(word, await api.signUp(word), PASSWORD);
  const sides = [await signUp('amethyst'), await signUp('beryllium')] as const;
  const other = (side: Side): Side => (side === sides[0] ? sides[1] : sides[0]);

  const ask: World['ask'] = async (side, method, target, request = {}) => {
    const before = logger.lines.length;
    shared.takeKeys();
    const { body, headers = {}, token = side.account.token } = request;
    const answer = await api.call(method, target, { token, body, headers });
    const lines = logger.lines.slice(before);
    const sent = JSON.stringify([target, body, headers]);
    demandNothingOf(other(side), `${answer.text}\n${JSON.stringify(answer.headers)}`, sent);
    demandNothingOf(other(side), JSON.stringify(lines), sent);
    demandOwnTenant(side, lines, shared.takeKeys());
    remember(side, answer);
    return answer;
  };
  const world: World = {
    api,
    sides,
    other,
    ask,
    async callsOf(work) {
      const calls = watched.begin();
      return { answer: await work(), calls };
    },
    cacheHits: () => shared.hits(),
  };
  // Whether a tenant's cache may be believed is read once: no request is to differ from another by it.
  for (const side of sides) await ask(side, 'GET', `/api/v1/projects/${NOWHERE.project_id}`);
  return world;
}

/** What a request says itself comes back in its problem's `instance` and in the log's path: that is no leak. */
function demandNothingOf(side: Side, text: string, sent: string): void {
  for (const secret of [side.word, ...side.own]) {
    if (text.includes(secret) && !sent.includes(secret)) {
      expect.fail(`${secret} of ${side.word} leaked into ${text.slice(0, 500)}`);
    }
  }
}

function demandOwnTenant(
  { tenant_ids }: Side,
  lines: readonly { readonly fields: object }[],
  cache_keys: readonly string[],
): void {
  for (const { fields } of lines) {
    if ('tenant' in fields && fields.tenant !== undefined) expect(tenant_ids).toContain(fields.tenant);
  }
  for (const key of cache_keys) {
    expect(tenant_ids).toContain(/^branchline:test:T#(ten_[0-9a-f-]{36})#/.exec(key)?.[1]);
  }
}

const ID = /\b(?:usr|ten|ses|tok|key|inv|prj|dpl|rel|evt)_[0-9a-f-]{36}\b/g;

/** Whatever looks like an id in an answer belongs to whoever got it, unless they named it themselves. */
function remember(side: Side, { text, headers }: TestAnswer): void {
  if (headers['content-type'] !== 'application/json') return;
  for (const [id] of text.matchAll(ID)) side.own.add(id);
}
