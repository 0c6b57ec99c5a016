import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import type { Clock } from '../../domain/shared/ports.ts';
import { type Breakers, NO_BREAKERS } from '../resilience/breakers.ts';
import { isOutage } from './call-failure.ts';
import { customEndpoint, type Environment, regionOf, serviceEndpoint } from './signed-call.ts';
import { type SignedRequest, send } from './signed-request.ts';

/** The objects of one bucket, as far as one session reaches them. Its calls throw AppError SERVICE_UNAVAILABLE while the
 *  circuit of S3 is open. */
export interface ObjectClient {
  /** When its session ends, and each address that it signed. */
  readonly expires_at: Date;
  /** @param body - a Blob is sent as it is read @throws AwsCallError, or the signal's reason */
  put(key: string, body: string | Blob, options?: PutOptions): Promise<void>;
  /** @param etag - of the object that is meant: another in its place is refused with `PreconditionFailed`
   *  @throws AwsCallError `NoSuchKey` when there is none */
  get(key: string, etag?: string): Promise<StoredObject>;
  /** Does nothing when there is none. @throws AwsCallError */
  delete(key: string): Promise<void>;
  /** An address by which anybody may do this one thing to this one object, with any body and without further headers.
   *  @param life_s - until it ends; its session may end sooner */
  signAddress(method: 'GET' | 'PUT' | 'DELETE', key: string, life_s: number): Promise<string>;
}

export interface PutOptions {
  readonly content_type?: string;
  readonly cache_control?: string;
  readonly signal?: AbortSignal;
}

export interface StoredObject {
  readonly body: AsyncIterable<Uint8Array>;
  readonly etag: string;
}

export interface ObjectClientOptions {
  /** For the region and another endpoint than S3's: `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`. */
  readonly environment: Environment;
  readonly bucket: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: Date;
  };
  readonly clock: Clock;
  readonly breakers?: Breakers;
}

const SERVICE = 's3';
// To the first byte of the answer: what is read after it takes as long as it is large.
const TIMEOUT_MS = 10_000;
// The answer to an upload comes after its last byte.
const UPLOAD_TIMEOUT_MS = 300_000;
// The body isn't there yet when its address is signed, and one that streams is sent under TLS.
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** S3 by signed requests: its SDK client and signer take 145 kB of a bundle. @throws Error without a region */
export function createObjectClient(options: ObjectClientOptions): ObjectClient {
  const { environment, credentials, clock, breakers = NO_BREAKERS } = options;
  const region = regionOf(environment);
  const bucket_url = bucketAddress(environment, options.bucket, region);
  const { expiration, ...keys } = credentials;
  const signer = new AwsClient({ ...keys, region, service: SERVICE });

  const call = <T>(
    request: Pick<SignedRequest, 'method' | 'headers' | 'body' | 'signal'> & { readonly timeout_ms?: number },
    key: string,
    read: (response: Response) => Promise<T>,
  ): Promise<T> =>
    breakers
      .of(SERVICE)
      .run(
        () =>
          send(
            signer,
            { service: SERVICE, region, url: `${bucket_url}${key}`, timeout_ms: TIMEOUT_MS, ...request },
            read,
          ),
        { isFailure: isOutage, signal: request.signal },
      );

  return {
    expires_at: expiration,

    async put(key, body, { content_type, cache_control, signal } = {}) {
      const headers = {
        'x-amz-content-sha256': typeof body === 'string' ? sha256(body) : UNSIGNED,
        ...(content_type === undefined ? {} : { 'content-type': content_type }),
        ...(cache_control === undefined ? {} : { 'cache-control': cache_control }),
      };
      const limits = {
        timeout_ms: typeof body === 'string' ? TIMEOUT_MS : UPLOAD_TIMEOUT_MS,
        ...(signal === undefined ? {} : { signal }),
      };
      await call({ method: 'PUT', headers, body, ...limits }, key, (response) => response.text());
    },

    async get(key, etag) {
      const headers = {
        'x-amz-content-sha256': sha256(''),
        ...(etag === undefined ? {} : { 'if-match': etag }),
      };
      const response = await call({ method: 'GET', headers }, key, async (answer) => answer);
      const found = response.headers.get('etag');
      if (response.body === null || found === null) throw new Error('S3 answered without a body or its ETag');
      return { body: response.body, etag: found };
    },

    async delete(key) {
      const headers = { 'x-amz-content-sha256': sha256('') };
      await call({ method: 'DELETE', headers }, key, (response) => response.text());
    },

    async signAddress(method, key, life_s) {
      const url = `${bucket_url}${key}?X-Amz-Expires=${life_s}`;
      const signed = await signer.sign(url, {
        method,
        aws: { signQuery: true, datetime: compactTime(clock.now()) },
      });
      return signed.url;
    },
  };
}

/** S3's stand-ins have no host name for each bucket. */
function bucketAddress(environment: Environment, bucket: string, region: string): string {
  const custom = customEndpoint(environment, SERVICE);
  if (custom !== undefined) return `${custom.replace(/\/+$/, '')}/${bucket}/`;
  return serviceEndpoint(`${bucket}.${SERVICE}`, region);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `20130524T000000Z` */
function compactTime(time: Date): string {
  return time.toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
}
