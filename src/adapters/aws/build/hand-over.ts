import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { DeploymentKey } from '../../../domain/deployments/index.ts';
import type { Clock } from '../../../domain/shared/ports.ts';
import { type BuildJob, encodeBuildJob } from './job-file.ts';
import { imageKey, jobKey, type ObjectStorage, sourceKey } from './objects.ts';

export interface BuildHandOverOptions {
  /** Its client signs the build's addresses, which end with its credentials: a session must be opened for each build. */
  readonly storage: ObjectStorage;
  readonly clock: Clock;
  readonly limits?: BuildLimits;
}

/** How long a build and its addresses last. */
export interface BuildLimits {
  /** For the image build alone. */
  readonly time_limit_s: number;
  readonly max_image_bytes: number;
  /** From the signing to the build's first act: its time in the queue, and until its machine is up. */
  readonly ticket_life_s: number;
  /** From the signing until the image is handed over. */
  readonly address_life_s: number;
}

/** What the build makes an image of, beside the source. */
export type BuildInput = Pick<BuildJob, 'dockerfile' | 'build_arguments' | 'build_secrets'>;

/** The one thing that a build gets: it is a credential, and good for one use. */
export interface BuildTicket {
  readonly job_url: string;
}

/** 20 min in the queue, 20 min for the build, and the rest for saving and handing over; a chained session ends after 60. */
export const BUILD_LIMITS: BuildLimits = {
  time_limit_s: 20 * 60,
  max_image_bytes: 4 * 1024 ** 3,
  ticket_life_s: 25 * 60,
  address_life_s: 55 * 60,
};

/**
 * Writes what a build needs beside its source, and signs the addresses by which it reaches both: its role may only write
 * logs. The addresses lie in the job's file, and the file's own address is all that the workflow's history and the
 * build's record ever hold; the build removes the file before it does anything else.
 * @throws Error when the client can't sign addresses that hold until the build's end
 */
export async function prepareBuildInput(
  options: BuildHandOverOptions,
  key: DeploymentKey,
  input: BuildInput,
): Promise<BuildTicket> {
  const { storage, clock, limits = BUILD_LIMITS } = options;
  const client = await storage.clientFor(key.tenant_id);
  await demandOpenChecksum(client);
  await demandLastingCredentials(client, clock, limits.address_life_s);
  const { bucket: Bucket } = storage;
  const life = { expiresIn: limits.address_life_s };
  const job = encodeBuildJob({
    source_url: await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: sourceKey(key) }), life),
    image_url: await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: imageKey(key) }), life),
    discard_url: await getSignedUrl(client, new DeleteObjectCommand({ Bucket, Key: jobKey(key) }), life),
    time_limit_s: limits.time_limit_s,
    max_image_bytes: limits.max_image_bytes,
    ...input,
  });
  await client.send(new PutObjectCommand({ Bucket, Key: jobKey(key), Body: job, CacheControl: 'no-store' }));
  const job_url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: jobKey(key) }), {
    expiresIn: limits.ticket_life_s,
  });
  return { job_url };
}

// By default the SDK signs the checksum of the body that a signed address doesn't have yet: S3 then refuses every other.
async function demandOpenChecksum(client: S3Client): Promise<void> {
  if ((await client.config.requestChecksumCalculation()) === 'WHEN_REQUIRED') return;
  throw new Error('The signing client needs STORAGE_CLIENT_CONFIG');
}

// An address ends with the credentials that signed it, whatever it says itself.
async function demandLastingCredentials(client: S3Client, clock: Clock, life_s: number): Promise<void> {
  const { expiration } = await client.config.credentials();
  if (expiration === undefined) return;
  const left_s = (expiration.getTime() - clock.now().getTime()) / 1000;
  if (left_s < life_s)
    throw new Error(`The signing credentials last ${Math.floor(left_s)} s, not ${life_s} s`);
}
