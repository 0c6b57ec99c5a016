import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createAuthFunction } from '../../functions/api/auth/handler.ts';
import { createDeploymentsFunction } from '../../functions/api/deployments/handler.ts';
import { createMetaFunction } from '../../functions/api/meta/handler.ts';
import { createProjectsFunction } from '../../functions/api/projects/handler.ts';
import { createTeamFunction } from '../../functions/api/team/handler.ts';
import { createTokensFunction } from '../../functions/api/tokens/handler.ts';
import { createUsageFunction } from '../../functions/api/usage/handler.ts';
import { createUsersFunction } from '../../functions/api/users/handler.ts';
import type { ApiDependencies, RateLimiter } from '../../functions/runtime/dependencies.ts';
import type { HttpContext, HttpFunction } from '../../functions/runtime/http-context.ts';
import { createRateLimiter } from '../../functions/runtime/rate-limiter.ts';
import { toEvent } from '../../local/gateway/event.ts';
import type { Cache } from '../../src/adapters/cache/port.ts';
import { apiTokenCodec } from '../../src/adapters/identity/api-token-codec.ts';
import { invitationCodec } from '../../src/adapters/identity/invitation-codec.ts';
import { createBucketStore } from '../../src/adapters/stores/bucket-store.ts';
import { createIdempotencyStore } from '../../src/adapters/stores/idempotency-store.ts';
import { createInvitationStore } from '../../src/adapters/stores/invitation-store.ts';
import { keys } from '../../src/adapters/stores/keys.ts';
import { createMetricsStore } from '../../src/adapters/stores/metrics-store.ts';
import { createSignInStore } from '../../src/adapters/stores/sign-in-store.ts';
import { createUsageStore } from '../../src/adapters/stores/usage-store.ts';
import { createCursorCodec } from '../../src/adapters/system/cursors.ts';
import { createTracer } from '../../src/adapters/telemetry/tracer.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { createMatcher } from '../../src/contracts/http/match.ts';
import type { FunctionName } from '../../src/contracts/http/route.ts';
import type { Role } from '../../src/domain/access/index.ts';
import type { DeploymentLogs } from '../../src/domain/deployments/index.ts';
import { readLimits } from '../../src/domain/limits/index.ts';
import { createTestAccounts, type TestAccounts } from './identity.ts';
import { createTestPipeline, type TestPipeline } from './pipeline.ts';
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts';
import type { MemoryTable } from './tables.ts';

/** What a test sends. */
export interface TestRequest {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw_body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** What it gets back. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body, parsed; undefined when there is none or it is no JSON. */
  readonly json: unknown;
}

/** A signed-in account. */
export interface TestAccount {
  readonly token: string;
  readonly refresh_token: string;
  readonly user_id: string;
  readonly tenant_id: string;
}

/** The API's functions behind the laptop's router, on stores in memory. */
export interface TestApi {
  readonly deps: ApiDependencies;
  readonly test_accounts: TestAccounts;
  readonly pipeline: TestPipeline;
  readonly logger: RecordedLogger;
  /** Requests as the metrics saw them. */
  readonly observed: readonly {
    readonly method: string;
    readonly endpoint: string;
    readonly status: number;
  }[];
  call(method: string, target: string, request?: TestRequest): Promise<TestAnswer>;
  /** Makes an account; with a role, one that has this role alone. */
  signUp(name: string, role?: Role): Promise<TestAccount>;
  /** Invites an address without an account to an owner's team, and registers it: a further member, signed in. */
  joinTeam(
    owner: TestAccount,
    name: string,
    role: Role,
    project_ids?: readonly string[],
  ): Promise<TestAccount>;
  /** Gives an account this role alone. */
  setRole(account: TestAccount, role: Role): Promise<void>;
}

export interface TestApiOptions {
  readonly limiter?: RateLimiter;
  /** BRANCHLINE_RATE_LIMIT, for a limiter over the memory table; no limits when it is left out. */
  readonly rate_limit?: number | 'default';
  readonly allowed_origins?: readonly string[];
  readonly allow_local_repositories?: boolean;
  readonly logs?: Pick<DeploymentLogs, 'read'>;
  readonly memory?: MemoryTable;
  /** Projects are shared by it; no cache when it is left out. */
  readonly cache?: Cache;
  readonly logger?: RecordedLogger;
  /** What the tracer finds in the process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export const PASSWORD = 'correct horse battery';

export async function createTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const test_accounts = await createTestAccounts(options.memory);
  const { accounts, authentication, api_tokens, memory, clock } = test_accounts;
  const { ids } = accounts;
  const pipeline = createTestPipeline({ memory, clock, ids, cache: options.cache });
  const logger = options.logger ?? createRecordedLogger();
  const { rate_limit = 0 } = options;
  const limits = readLimits(rate_limit === 'default' ? undefined : rate_limit);
  const observed: { method: string; endpoint: string; status: number }[] = [];
  const { deployments, projects } = pipeline.deps;
  const team = { users: accounts.users, teams: accounts.teams, clock, ids };
  const deps: ApiDependencies = {
    accounts,
    authentication,
    api_tokens: { api_tokens, codec: apiTokenCodec, projects, clock, ids },
    sign_in: { attempts: createSignInStore(memory.table, clock), limits: limits.sign_in, logger },
    team,
    invitations: {
      ...team,
      invitations: createInvitationStore(memory.table),
      codec: invitationCodec,
      mailer: accounts.mailer,
    },
    projects: { projects, clock, ids, allow_local_repositories: options.allow_local_repositories ?? true },
    deployments: {
      deployments,
      projects,
      clock,
      ids,
      logs: options.logs ?? { read: async (_key, query) => ({ lines: [], next: query.after }) },
    },
    recent: deployments,
    clock,
    idempotency: createIdempotencyStore(memory.table, clock),
    metrics: createMetricsStore(memory.table, clock),
    usage: createUsageStore(memory.table, clock),
    cursors: createCursorCodec(Buffer.alloc(32, 3)),
    readKeySet: async () => [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'one', alg: 'EdDSA', use: 'sig' }],
    limiter:
      options.limiter ??
      createRateLimiter({ limits, buckets: createBucketStore(memory.table, clock), clock, logger }),
    logger,
    tracer: createTracer(options.environment ?? {}),
    http_metrics: { observeRequest: (labels) => observed.push(labels) },
    allowed_origins: options.allowed_origins ?? [],
    monotonic_ms: () => clock.now().getTime(),
  };
  const functions = createFunctions(deps);
  const match = createMatcher(Object.values(ROUTES));

  const call: TestApi['call'] = async (method, target, request = {}) => {
    const body = bodyOf(request);
    const found = match(method, target.split('?', 1)[0] ?? '');
    const request_id = ids.next('req');
    const event = toEvent({
      request: message(method, target, request, body),
      body,
      match: found,
      request_id,
      now: clock.now(),
    });
    const call_function = functions[found.kind === 'route' ? found.route.function : 'meta'];
    return toAnswer(await call_function(event, contextOf(request_id, request.signal)));
  };

  const setRole: TestApi['setRole'] = async ({ tenant_id, user_id }, role) => {
    const key = keys.member(tenant_id, user_id);
    await memory.table.write({ kind: 'update', key, set: { roles: [role] } });
  };

  const register = async (name: string, invitation_token?: string): Promise<TestAccount> => {
    const invited = invitation_token === undefined ? {} : { invitation_token };
    const body = { email: `${name}@example.com`, password: PASSWORD, name, ...invited };
    const { json } = await call('POST', '/api/v1/auth/register', { body });
    const answer = json as {
      user: { id: string };
      tenant: { id: string };
      access_token: string;
      refresh_token: string;
    };
    const account = { user_id: answer.user.id, tenant_id: answer.tenant.id };
    return { ...account, token: answer.access_token, refresh_token: answer.refresh_token };
  };

  return {
    deps,
    test_accounts,
    pipeline,
    logger,
    observed,
    call,
    async signUp(name, role) {
      const signed_up = await register(name);
      if (role !== undefined) await setRole(signed_up, role);
      return signed_up;
    },
    async joinTeam(owner, name, role, project_ids) {
      const body = {
        email: `${name}@example.com`,
        role,
        ...(project_ids === undefined ? {} : { project_ids }),
      };
      const { token } = owner;
      const { status, text, json } = await call('POST', '/api/v1/team/invitations', { token, body });
      assert.equal(status, 201, text);
      return register(name, (json as { token: string }).token);
    },
    setRole,
  };
}

function createFunctions(deps: ApiDependencies): Readonly<Record<FunctionName, HttpFunction>> {
  return {
    auth: createAuthFunction(deps),
    tokens: createTokensFunction(deps),
    users: createUsersFunction(deps),
    team: createTeamFunction(deps),
    projects: createProjectsFunction(deps),
    deployments: createDeploymentsFunction(deps),
    usage: createUsageFunction(deps),
    meta: createMetaFunction(deps),
  };
}

function bodyOf({ raw_body, body }: TestRequest): Buffer {
  if (raw_body !== undefined) return Buffer.from(raw_body);
  return body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
}

function message(method: string, target: string, request: TestRequest, body: Buffer): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  incoming.method = method;
  incoming.url = target;
  incoming.httpVersion = '1.1';
  incoming.headers = {
    host: 'localhost',
    'user-agent': 'test',
    ...(body.length === 0 ? {} : { 'content-type': 'application/json' }),
    ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
    ...request.headers,
  };
  return incoming;
}

function toAnswer(result: APIGatewayProxyStructuredResultV2): TestAnswer {
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)]);
  const text = result.body ?? '';
  return {
    status: result.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    text,
    json: /[{[]/.test(text.charAt(0)) ? JSON.parse(text) : undefined,
  };
}

function contextOf(request_id: string, signal: AbortSignal | undefined): HttpContext {
  const unused = (): never => {
    throw new Error('Answer with a promise');
  };
  return {
    ...(signal === undefined ? {} : { createSignal: () => signal }),
    awsRequestId: request_id,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:test:000000000000:function:test',
    logGroupName: '',
    logStreamName: '',
    memoryLimitInMB: '0',
    getRemainingTimeInMillis: () => 30_000,
    done: unused,
    fail: unused,
    succeed: unused,
  };
}
