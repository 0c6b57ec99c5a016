import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsClient } from 'aws4fetch';
import { AwsCallError, isTransient, toRefusal } from './call-error.ts';

/** One request to a service of AWS. */
export interface SignedRequest {
  readonly service: string;
  readonly region: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Something that can be sent again. */
  readonly body?: string | Blob;
  /** For each attempt, until what is read of the answer is there. */
  readonly timeout_ms: number;
  /** How often it is sent at most; four times when it isn't said. */
  readonly attempts?: number | undefined;
  /** Ends all attempts, and the reading of a body after them. */
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 4;
const BASE_DELAY_MS = 50;

/**
 * Sends a request, signed anew each time, and again while the service can't be reached, fails or throttles, with
 * pauses of random length that grow ("full jitter").
 * @param read - takes from a good answer what is wanted of it; a body that it leaves is the caller's to read
 * @throws AwsCallError, or the signal's reason
 */
export async function send<T>(
  signer: Pick<AwsClient, 'sign'>,
  request: SignedRequest,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { signal, attempts = ATTEMPTS } = request;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(signer, request, read);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error) || attempt === attempts) throw error;
    }
    await pause(Math.random() * BASE_DELAY_MS * 2 ** (attempt - 1), signal);
  }
}

/** @throws the signal's reason */
async function pause(duration_ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(duration_ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function attemptOnce<T>(
  signer: Pick<AwsClient, 'sign'>,
  { service, region, url, timeout_ms, attempts: _attempts, signal, ...rest }: SignedRequest,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const signed = await signer.sign(url, {
    ...rest,
    headers: { ...rest.headers },
    // A redirect leads to an address that nobody signed for.
    redirect: 'error',
    aws: { service, region },
  });
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new TimeoutError(timeout_ms)), timeout_ms);
  const signals = [deadline.signal, ...(signal === undefined ? [] : [signal])];
  try {
    const response = await fetch(signed, { signal: AbortSignal.any(signals) });
    if (!response.ok) throw await toRefusal(service, response);
    return await read(response);
  } catch (error) {
    throw error instanceof AwsCallError ? error : AwsCallError.unanswered(service, error);
  } finally {
    clearTimeout(timer);
  }
}

class TimeoutError extends Error {
  constructor(timeout_ms: number) {
    super(`No answer within ${timeout_ms} ms`);
    this.name = 'TimeoutError';
  }
}
