/**
 * Every error that people may see, in one table: stable code, HTTP-neutral category, a title, and what to do next.
 * The HTTP layer derives the status from the category; docs/errors/ holds one generated page per code.
 */
export const ERROR_CATEGORIES = {
  validation: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  internal: 500,
  external: 502,
  unavailable: 503,
} as const;

/** What kind of error it is; decides the HTTP status unless the code overrides it. */
export type ErrorCategory = keyof typeof ERROR_CATEGORIES;

interface ErrorDefinition {
  readonly category: ErrorCategory;
  /** Overrides the category's status where HTTP has a more exact one (405, 413, ...). */
  readonly status?: number;
  readonly title: string;
  /** What the reader can do next. */
  readonly remedy: string;
}

export const ERRORS = {
  VALIDATION_FAILED: {
    category: 'validation',
    title: 'The request is not valid',
    remedy: 'Correct the fields that `errors` names and send the request again.',
  },
  INVALID_JSON: {
    category: 'validation',
    title: 'The body is not valid JSON',
    remedy: 'Send one JSON object, UTF-8 encoded.',
  },
  INVALID_PROJECT_NAME: {
    category: 'validation',
    title: 'Invalid project name',
    remedy:
      'Use 2 to 64 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit.',
  },
  PASSWORD_TOO_COMMON: {
    category: 'validation',
    title: 'The password is too common',
    remedy: 'Choose one that nobody else would: a few words that don’t belong together, say.',
  },
  INVALID_CURSOR: {
    category: 'validation',
    title: 'The cursor is not valid here',
    remedy: 'Use `next_cursor` exactly as the same list returned it, or leave it out to start over.',
  },
  INVALID_INVITATION: {
    category: 'validation',
    title: 'The invitation is not valid',
    remedy:
      'Ask for a new one: each works once, for a week, and for nobody but the address that it was sent to.',
  },
  UNAUTHENTICATED: {
    category: 'unauthorized',
    title: 'Authentication is required',
    remedy: 'Send `Authorization: Bearer <access_token>`; log in or refresh to get a new token.',
  },
  INVALID_CREDENTIALS: {
    category: 'unauthorized',
    title: 'The e-mail address or password is wrong',
    remedy: 'Check both and try again.',
  },
  INVALID_REFRESH_TOKEN: {
    category: 'unauthorized',
    title: 'The refresh token is not valid',
    remedy: 'Log in again.',
  },
  INVALID_RESET_TOKEN: {
    category: 'validation',
    title: 'The token is not valid',
    remedy: 'Ask for a new one with POST /api/v1/auth/password/reset: each is good once, for an hour.',
  },
  FORBIDDEN: {
    category: 'forbidden',
    title: 'Your role does not allow this',
    remedy: 'Ask an owner of the team for a role that does.',
  },
  MISSING_SCOPE: {
    category: 'forbidden',
    title: 'The API token does not allow this',
    remedy: 'Make a token that has the scope, or log in and use the access token of your session.',
  },
  ROUTE_NOT_FOUND: {
    category: 'not_found',
    title: 'There is nothing at this address',
    remedy: 'See /openapi.json for the routes there are.',
  },
  PROJECT_NOT_FOUND: {
    category: 'not_found',
    title: 'Project not found',
    remedy: 'Check the id; list your projects with GET /api/v1/projects.',
  },
  DEPLOYMENT_NOT_FOUND: {
    category: 'not_found',
    title: 'Deployment not found',
    remedy: 'Check the id; list deployments with GET /api/v1/deployments.',
  },
  INVITATION_NOT_FOUND: {
    category: 'not_found',
    title: 'Invitation not found',
    remedy: 'Check the id; list those that are open with GET /api/v1/team/invitations.',
  },
  TENANT_NOT_FOUND: {
    category: 'not_found',
    title: 'Team not found',
    remedy: 'Check the id; GET /api/v1/users/me lists your teams.',
  },
  MEMBER_NOT_FOUND: {
    category: 'not_found',
    title: 'Member not found',
    remedy: 'Check the id; list the members with GET /api/v1/team/members.',
  },
  TOKEN_NOT_FOUND: {
    category: 'not_found',
    title: 'API token not found',
    remedy: 'Check the id; list your tokens with GET /api/v1/tokens.',
  },
  SESSION_NOT_FOUND: {
    category: 'not_found',
    title: 'Session not found',
    remedy: 'Check the id; list your sessions with GET /api/v1/auth/sessions. One that has ended is gone.',
  },
  ALREADY_MEMBER: {
    category: 'conflict',
    title: 'They are a member of the team already',
    remedy: 'Change their roles with PUT /api/v1/team/members/{user_id} instead.',
  },
  TOO_MANY_INVITATIONS: {
    category: 'conflict',
    title: 'The team has as many open invitations as there may be',
    remedy: 'Withdraw those that are no longer wanted, or wait until they expire.',
  },
  LAST_OWNER: {
    category: 'conflict',
    title: 'A team can’t be without an owner',
    remedy: 'Give another member the role owner first.',
  },
  TOO_MANY_TEAMS: {
    category: 'conflict',
    title: 'You are a member of as many teams as you may be',
    remedy: 'Leave one that you no longer need.',
  },
  EMAIL_TAKEN: {
    category: 'conflict',
    title: 'An account with this e-mail address already exists',
    remedy: 'Log in instead.',
  },
  PROJECT_NAME_EXISTS: {
    category: 'conflict',
    title: 'Project with this name already exists',
    remedy: 'Choose another name.',
  },
  DEPLOYMENT_IN_PROGRESS: {
    category: 'conflict',
    title: 'Another deployment is already in progress',
    remedy: 'Wait for it to end, or cancel it.',
  },
  DEPLOYMENT_NOT_CANCELLABLE: {
    category: 'conflict',
    title: 'The deployment has ended, or traffic goes to it already',
    remedy: 'Nothing is left to cancel; roll back to an earlier deployment instead.',
  },
  RELEASE_NOT_AVAILABLE: {
    category: 'conflict',
    title: 'That deployment made no release to return to',
    remedy: 'Roll back to a deployment that succeeded.',
  },
  TOO_MANY_TOKENS: {
    category: 'conflict',
    title: 'You have as many API tokens as there may be',
    remedy: 'Revoke those that you no longer use.',
  },
  WRITE_CONFLICT: {
    category: 'conflict',
    title: 'Somebody else changed this at the same moment',
    remedy: 'Read it again and repeat the change.',
  },
  STALE_VERSION: {
    category: 'conflict',
    status: 412,
    title: 'It changed since you read it',
    remedy: 'Read it again, and send the new ETag in If-Match.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    category: 'conflict',
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    remedy: 'Use a new key for each request; repeat a key only with the very same request.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    category: 'conflict',
    title: 'A request with this Idempotency-Key is still under way',
    remedy: 'Wait for it, or repeat the request after as many seconds as the Retry-After header says.',
  },
  METHOD_NOT_ALLOWED: {
    category: 'validation',
    status: 405,
    title: 'This address does not take that method',
    remedy: 'Use one of the methods in the Allow header.',
  },
  NOT_ACCEPTABLE: {
    category: 'validation',
    status: 406,
    title: 'The answer is not to be had in that form',
    remedy: 'Leave the Accept header out, or send the media type that /openapi.json names for this route.',
  },
  REQUEST_TIMEOUT: {
    category: 'validation',
    status: 408,
    title: 'The request took too long to arrive',
    remedy: 'Send it again, all of it within 30 seconds.',
  },
  PAYLOAD_TOO_LARGE: {
    category: 'validation',
    status: 413,
    title: 'The body is too large',
    remedy: 'Send at most 1 MB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    category: 'validation',
    status: 415,
    title: 'The body has to be JSON',
    remedy: 'Send `Content-Type: application/json`.',
  },
  RATE_LIMITED: {
    category: 'rate_limited',
    title: 'Too many requests',
    remedy: 'Wait for as many seconds as the Retry-After header says.',
  },
  SERVICE_UNAVAILABLE: {
    category: 'unavailable',
    title: 'Service temporarily unavailable',
    remedy: 'Try again after as many seconds as the Retry-After header says.',
  },
  UPSTREAM_FAILED: {
    category: 'external',
    title: 'A service that this one depends on refused its request',
    remedy: 'Try again; if it stays, give the request_id to whoever runs this installation.',
  },
  STORAGE_FULL: {
    category: 'unavailable',
    title: 'There is no space left to store this',
    remedy: 'Free disk space under BRANCHLINE_HOME and try again; nothing was changed.',
  },
  INTERNAL: {
    category: 'internal',
    title: 'Something went wrong on our side',
    remedy: 'Try again; if it stays, give the request_id to whoever runs this installation.',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** A stable, documented error code. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with one place in the input. */
export interface FieldProblem {
  /** RFC 6901 JSON pointer into the body, or `query/NAME`, `path/NAME`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface AppErrorOptions {
  readonly detail?: string;
  readonly problems?: readonly FieldProblem[];
  /** Seconds after which trying again makes sense. */
  readonly retry_after_s?: number;
  /** HTTP headers that belong to the answer (Allow, say). */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The one error class that crosses module borders. Tell codes apart by `code`, never by subclass. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly problems: readonly FieldProblem[];
  readonly retry_after_s: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param code - a key of {@link ERRORS}
   *  @param options - `detail` is shown to people; `cause` goes to the log only */
  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const detail = options.detail ?? ERRORS[code].remedy;
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.detail = detail;
    this.problems = options.problems ?? [];
    this.retry_after_s = options.retry_after_s;
    this.headers = options.headers ?? {};
  }
}

/** True for an {@link AppError}, also one made by another copy of this module (a second bundle). */
export function isAppError(error: unknown): error is AppError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return Object.hasOwn(ERRORS, error.code);
}
