import { expect } from 'vitest';
import { createTestApi, type TestAccount, type TestAnswer, type TestApi } from '../support/api.ts';
import { createRecordedLogger } from '../support/recorded-logger.ts';
import { createMemoryTable } from '../support/tables.ts';
import { watchCalls } from './watch-calls.ts';

/** What a tenant has, as the model knows it. */
export interface Side {
  /** A word that is in every text of this tenant's and in none of the other's. */
  readonly word: string;
  readonly account: TestAccount;
  /** Every id and secret that an answer gave to this tenant. */
  readonly own: Set<string>;
  /** Live projects' names by id, oldest first. */
  readonly projects: Map<string, string>;
  readonly deployments: Set<string>;
  readonly tokens: Set<string>;
  readonly cursors: { readonly target: string; readonly cursor: string }[];
  readonly etags: Set<string>;
  readonly idempotency_keys: string[];
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another credential than the account's own access token. */
  readonly token?: string;
}

/** Two tenants behind one API, and what one of them may never get to see. */
export interface World {
  readonly api: TestApi;
  readonly sides: readonly [Side, Side];
  /** Sends a request of one side's, and demands that nothing of the other's is in the answer or in the log's lines. */
  ask(side: Side, method: string, target: string, request?: Ask): Promise<TestAnswer>;
  /** The calls of the table that a request makes, by operation: what its time depends on. */
  callsOf(
    work: () => Promise<TestAnswer>,
  ): Promise<{ readonly answer: TestAnswer; readonly calls: string[] }>;
  other(side: Side): Side;
}

export async function openWorld(): Promise<World> {
  const memory = createMemoryTable();
  const watched = watchCalls(memory.table);
  const logger = createRecordedLogger();
  const api = await createTestApi({ memory: { ...memory, table: watched.table }, logger });
  const sides = [await signUp(api, 'amethyst'), await signUp(api, 'beryllium')] as const;
  const other = (side: Side): Side => (side === sides[0] ? sides[1] : sides[0]);

  const ask: World['ask'] = async (side, method, target, request = {}) => {
    const before = logger.lines.length;
    const token = request.token ?? side.account.token;
    const answer = await api.call(method, target, {
      token,
      body: request.body,
      headers: request.headers ?? {},
    });
    const sent = JSON.stringify([target, request.body, request.headers]);
    demandNothingOf(other(side), `${answer.text}\n${JSON.stringify(answer.headers)}`, sent);
    demandNothingOf(other(side), JSON.stringify(logger.lines.slice(before)), sent);
    demandOwnTenant(side, logger.lines.slice(before));
    remember(side, answer);
    return answer;
  };
  return {
    api,
    sides,
    other,
    ask,
    async callsOf(work) {
      const calls = watched.begin();
      return { answer: await work(), calls };
    },
  };
}

async function signUp(api: TestApi, word: string): Promise<Side> {
  const account = await api.signUp(word);
  return {
    word,
    account,
    own: new Set([account.user_id, account.tenant_id, account.token, account.refresh_token]),
    projects: new Map(),
    deployments: new Set(),
    tokens: new Set(),
    cursors: [],
    etags: new Set(),
    idempotency_keys: [],
  };
}

/** What a request says itself comes back in its problem's `instance` and in the log's path: that is no leak. */
function demandNothingOf(side: Side, text: string, sent: string): void {
  for (const secret of [side.word, ...side.own]) {
    if (text.includes(secret) && !sent.includes(secret)) {
      expect.fail(`${secret} of ${side.word} leaked into ${text.slice(0, 500)}`);
    }
  }
}

function demandOwnTenant(side: Side, lines: readonly { readonly fields: object }[]): void {
  for (const { fields } of lines) {
    if ('tenant' in fields && fields.tenant !== undefined) expect(fields.tenant).toBe(side.account.tenant_id);
  }
}

const ID = /\b(?:usr|ten|ses|tok|key|inv|prj|dpl|rel|evt)_[0-9a-f-]{36}\b/g;

/** Whatever looks like an id in an answer belongs to whoever got it, unless they named it themselves. */
function remember(side: Side, { text, headers }: TestAnswer): void {
  if (headers['content-type'] !== 'application/json') return;
  for (const [id] of text.matchAll(ID)) side.own.add(id);
}
