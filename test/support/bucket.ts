import type { ObjectStorage } from '../../src/adapters/aws/build/objects.ts';
import { createObjectClient } from '../../src/adapters/aws/object-client.ts';
import type { Clock } from '../../src/domain/shared/ports.ts';
import { type Answer, CREDENTIALS, createAwsEndpoint, type ReceivedRequest } from './aws-endpoint.ts';
import { hash } from './sigv4.ts';
import { createTestClock } from './test-clock.ts';

/** A bucket behind a real client, as far as the platform uses one. */
export interface TestBucket {
  readonly storage: ObjectStorage;
  /** What lies in it, by key. */
  readonly objects: Map<string, Buffer>;
  readonly received: readonly ReceivedRequest[];
  /** What was asked: `PUT /bucket/key`. */
  requests(): string[];
  /** Lets something else answer: undefined leaves it to the bucket. */
  intercept(answer: (request: ReceivedRequest) => Answer | undefined): void;
  close(): Promise<void>;
}

const PATH = '/bucket/';
// Odd pieces, as a network brings them.
const PIECE_BYTES = 7_001;
const HOUR_MS = 3_600_000;

export async function createTestBucket(
  options: { readonly clock?: Clock; readonly expiration?: () => Date } = {},
): Promise<TestBucket> {
  const { clock = createTestClock() } = options;
  const expiration = options.expiration ?? (() => new Date(clock.now().getTime() + HOUR_MS));
  const objects = new Map<string, Buffer>();
  let interceptor: Parameters<TestBucket['intercept']>[0] = () => undefined;
  const endpoint = await createAwsEndpoint((request) => interceptor(request) ?? answerFrom(objects, request));
  const { environment } = endpoint;
  return {
    objects,
    received: endpoint.received,
    storage: {
      clientFor: async () => {
        const credentials = { ...CREDENTIALS, expiration: expiration() };
        return createObjectClient({ environment, bucket: 'bucket', credentials, clock });
      },
    },
    requests: () => endpoint.received.map(({ method, url }) => `${method} ${url}`),
    intercept(answer) {
      interceptor = answer;
    },
    close: () => endpoint.close(),
  };
}

function answerFrom(objects: Map<string, Buffer>, { method, url, headers, body }: ReceivedRequest): Answer {
  const { pathname } = new URL(url, 'http://host');
  const key = pathname.slice(PATH.length);
  if (!pathname.startsWith(PATH)) return refuse(404, 'NoSuchBucket');
  const found = objects.get(key);
  if (method === 'PUT') {
    objects.set(key, body);
    return { headers: { etag: etagOf(body) } };
  }
  if (method === 'DELETE') {
    objects.delete(key);
    return { status: 204 };
  }
  if (found === undefined) return refuse(404, 'NoSuchKey');
  const etag = etagOf(found);
  if ((headers['if-match'] ?? etag) !== etag) return refuse(412, 'PreconditionFailed');
  return { headers: { etag }, body: inPieces(found) };
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function refuse(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code></Error>` };
}

function etagOf(bytes: Buffer): string {
  return `"${hash(bytes).slice(0, 32)}"`;
}
