import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { statusOf } from '../../src/contracts/http/problem.ts';
import type { Principal } from '../../src/domain/access/index.ts';
import { AppError, isAppError } from '../../src/domain/shared/errors.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';
import { respondProblem } from './response.ts';

/** Names one idempotency key of one caller. */
export interface IdempotencyKey {
  readonly tenant_id: string;
  /** The user's id; the API token's where one was sent, which must not be answered what its owner was. */
  readonly caller_id: string;
  /** SHA-256 of the header's text. */
  readonly key_hash: string;
}

/** What is known of a key. */
export type IdempotencyState =
  | { readonly state: 'new' }
  | { readonly state: 'in_flight'; readonly fingerprint: string }
  | { readonly state: 'done'; readonly fingerprint: string; readonly response: StoredResponse };

/** An answer as it is kept for replay. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Remembers the first answer of each key for a day. */
export interface IdempotencyStore {
  /** Takes the key when it is new (or its first request died), in one conditional write. */
  begin(key: IdempotencyKey, fingerprint: string): Promise<IdempotencyState>;
  finish(key: IdempotencyKey, fingerprint: string, response: StoredResponse): Promise<void>;
  /** Forgets the key: its request failed on our side, so it may be tried again. */
  release(key: IdempotencyKey): Promise<void>;
}

interface IdempotencyDependencies {
  readonly idempotency: IdempotencyStore;
  readonly logger: Logger;
}

const HEADER = 'idempotency-key';
// The IETF draft's key is a string; printable ASCII of a sensible length is what clients send.
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;
const SERVER_ERROR = 500;

/** Runs a POST at most once per Idempotency-Key: the same key and request replay the first answer, another request is
 *  refused, and so is one whose first is still under way. Only for routes that take such a key.
 *  @throws AppError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_IN_USE, VALIDATION_FAILED */
export async function runOnce(
  deps: IdempotencyDependencies,
  event: APIGatewayProxyEventV2,
  principal: Principal,
  run: () => Promise<APIGatewayProxyStructuredResultV2>,
): Promise<APIGatewayProxyStructuredResultV2> {
  const header = event.headers[HEADER];
  if (header === undefined) return run();
  if (!PRINTABLE.test(header)) throw invalidKey();
  const key = {
    tenant_id: principal.tenant_id,
    caller_id: principal.credential.kind === 'token' ? principal.credential.id : principal.user_id,
    key_hash: sha256(header),
  };
  const fingerprint = sha256(JSON.stringify([event.rawPath, event.rawQueryString, event.body ?? '']));
  const known = await deps.idempotency.begin(key, fingerprint);
  if (known.state === 'new') return runFirst(deps, key, fingerprint, event, run);
  if (known.fingerprint !== fingerprint) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  if (known.state === 'in_flight') throw new AppError('IDEMPOTENCY_KEY_IN_USE', { retry_after_s: 1 });
  const { status, headers, body } = known.response;
  return { statusCode: status, headers: { ...headers, 'idempotency-replayed': 'true' }, body };
}

async function runFirst(
  deps: IdempotencyDependencies,
  key: IdempotencyKey,
  fingerprint: string,
  event: APIGatewayProxyEventV2,
  run: () => Promise<APIGatewayProxyStructuredResultV2>,
): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    const response = await run();
    await remember(deps, key, fingerprint, response);
    return response;
  } catch (error) {
    if (isFinal(error)) {
      const refusal = respondProblem(error, event.rawPath, event.requestContext.requestId);
      await remember(deps, key, fingerprint, refusal);
    } else {
      await forget(deps, key);
    }
    throw error;
  }
}

/** Whether a refusal is the request's outcome. One that says when to try again isn't: it has to be tried then. */
function isFinal(error: unknown): error is AppError {
  return isAppError(error) && statusOf(error.code) < SERVER_ERROR && error.retry_after_s === undefined;
}

/** The work is done, whether or not its answer can be kept: failing now would have it done twice. Until the key's lease
 *  ends, a repetition is told that the first is still under way. */
async function remember(
  deps: IdempotencyDependencies,
  key: IdempotencyKey,
  fingerprint: string,
  response: APIGatewayProxyStructuredResultV2,
): Promise<void> {
  try {
    await deps.idempotency.finish(key, fingerprint, toStored(response));
  } catch (error) {
    deps.logger.error('an idempotent answer could not be kept', { error });
  }
}

/** What failed is the request, and that is what its answer and the log tell of. */
async function forget(deps: IdempotencyDependencies, key: IdempotencyKey): Promise<void> {
  try {
    await deps.idempotency.release(key);
  } catch (error) {
    deps.logger.error('an idempotency key could not be given back', { error });
  }
}

function toStored(response: APIGatewayProxyStructuredResultV2): StoredResponse {
  const headers = Object.entries(response.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    status: response.statusCode ?? 200,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: response.body ?? '',
  };
}

function invalidKey(): AppError {
  const problem = { pointer: `header/${HEADER}`, detail: 'must be 1 to 255 printable ASCII characters' };
  return new AppError('VALIDATION_FAILED', {
    detail: `${problem.pointer} ${problem.detail}`,
    problems: [problem],
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
