import type { ObjectFolder } from '../../../contracts/functions/environment.ts';
import type { DeploymentKey } from '../../../domain/deployments/index.ts';
import type { ObjectClient } from '../object-client.ts';

/** Where the objects of one tenant's deployments are. */
export interface ObjectStorage {
  /** A client that reaches this tenant's objects alone. */
  clientFor(tenant_id: string): Promise<ObjectClient>;
}

// Nothing that ends a folder, and nothing that IAM reads as a pattern.
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The archive of a deployment's source: tar, gzipped. */
export function sourceKey(key: DeploymentKey): string {
  return objectKey('sources', key, '.tar.gz');
}

/** What a build is told; good for one use. */
export function jobKey(key: DeploymentKey): string {
  return objectKey('sources', key, '.job');
}

/** The archive of a built image, as `docker save` writes it. */
export function imageKey(key: DeploymentKey): string {
  return objectKey('images', key, '.tar');
}

function objectKey(
  folder: ObjectFolder,
  { tenant_id, deployment_id }: DeploymentKey,
  ending: string,
): string {
  if (!ID.test(tenant_id) || !ID.test(deployment_id)) throw new RangeError('Not ids of a deployment');
  return `${folder}/${tenant_id}/${deployment_id}${ending}`;
}
