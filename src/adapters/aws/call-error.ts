/** A call that AWS refused, or that nobody answered. `code` is the service's own, without its namespace, or the system's;
 *  `status` is 0 where there was no answer. */
export class AwsCallError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(service: string, code: string, status: number, detail: string, cause?: unknown) {
    const what = status === 0 ? 'did not answer' : `answered ${status}`;
    super(`${service} ${what} ${code}: ${detail}`, cause === undefined ? {} : { cause });
    this.name = 'AwsCallError';
    this.code = code;
    this.status = status;
  }

  /** What kept a request or its answer from getting through. */
  static unanswered(service: string, cause: unknown): AwsCallError {
    const reason = rootOf(cause);
    const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.name;
    return new AwsCallError(service, code, 0, reason.message, cause);
  }
}

const MAX_DETAIL_CHARACTERS = 300;
const FIRST_SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;
// Services throttle with 400, too.
const BUSY =
  /Throttl|^(TooManyRequests|RequestLimitExceeded|BandwidthLimitExceeded|PriorRequestNotComplete|SlowDown)/;

/** Whether the same call may succeed a moment later: nobody answered, the service failed, or it has no room now. */
export function isTransient(error: unknown): error is AwsCallError {
  if (!(error instanceof AwsCallError)) return false;
  const { status, code } = error;
  return status === 0 || status >= FIRST_SERVER_ERROR || code === 'RequestTimeout' || isBusy(error);
}

/** Whether the service had no room for the call, and so did nothing. */
export function isBusy({ status, code }: AwsCallError): boolean {
  return status === TOO_MANY_REQUESTS || BUSY.test(code);
}

/** Whether AWS refused a call by this code. */
export function hasCode(error: unknown, code: string): error is AwsCallError {
  return error instanceof AwsCallError && error.code === code;
}

/** The error of an answer that is none of success. */
export async function toRefusal(service: string, response: Response): Promise<AwsCallError> {
  const text = await response.text();
  return new AwsCallError(service, codeOf(text), response.status, text.slice(0, MAX_DETAIL_CHARACTERS));
}

/** JSON services name the error in `__type`, the others in `<Code>`. */
function codeOf(text: string): string {
  const json = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
  return json ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'Unknown';
}

/** fetch says only that it failed; its cause says why. */
function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
