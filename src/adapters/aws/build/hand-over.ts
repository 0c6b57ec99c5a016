import type { DeploymentKey } from '../../../domain/deployments/index.ts';
import type { Clock } from '../../../domain/shared/ports.ts';
import type { ObjectClient } from '../object-client.ts';
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
  /** From the signing to the build's first act: until CodeBuild takes it, its time in the queue, and until its machine is
   *  up. */
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

/** 5 min until CodeBuild has room, 20 min in its queue, 20 min for the build, and the rest for saving and handing over; a chained session ends after 60. */
export const BUILD_LIMITS: BuildLimits = {
  time_limit_s: 20 * 60,
  max_image_bytes: 4 * 1024 ** 3,
  ticket_life_s: 30 * 60,
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
  const { address_life_s } = limits;
  demandLastingCredentials(client, clock, address_life_s);
  const job = encodeBuildJob({
    source_url: await client.signAddress('GET', sourceKey(key), address_life_s),
    image_url: await client.signAddress('PUT', imageKey(key), address_life_s),
    discard_url: await client.signAddress('DELETE', jobKey(key), address_life_s),
    time_limit_s: limits.time_limit_s,
    max_image_bytes: limits.max_image_bytes,
    ...input,
  });
  await client.put(jobKey(key), job, { cache_control: 'no-store' });
  return { job_url: await client.signAddress('GET', jobKey(key), limits.ticket_life_s) };
}

// An address ends with the credentials that signed it, whatever it says itself.
function demandLastingCredentials(client: ObjectClient, clock: Clock, life_s: number): void {
  const left_s = (client.expires_at.getTime() - clock.now().getTime()) / 1000;
  if (left_s < life_s)
    throw new Error(`The signing credentials last ${Math.floor(left_s)} s, not ${life_s} s`);
}
