import { createHash } from 'node:crypto';
import type { Tag } from '@aws-sdk/client-ecs';
import type { ServiceKey } from '../../../domain/deployments/index.ts';

/** Name of the one container of a task, and of the port in it that the gateway sends requests to. */
export const CONTAINER_NAME = 'app';
export const PORT_NAME = 'http';

const MAX_PART_LENGTH = 80;
const HASH_LENGTH = 8;

/** What a service is called in its cluster: at most 255 letters, digits, hyphens and underscores.
 *  A hash keeps apart what the letters alone don't: environment `a-b` and service `c` from `a` and `b-c`. */
export function serviceName({ project_id, environment, name }: ServiceKey): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([project_id, environment, name]))
    .digest('hex');
  return [project_id, plain(environment), plain(name), hash.slice(0, HASH_LENGTH)].join('-');
}

/** What the names of all services of a project begin with. */
export function serviceNamePrefix(project_id: string): string {
  return `${project_id}-`;
}

/** The last part of an ARN. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** A family holds one deployment's task definition: so the deployment's id alone leads to it. */
export function releaseFamily(deployment_id: string): string {
  return deployment_id;
}

/** The family of a deployment's one-off commands. */
export function oneOffFamily(deployment_id: string): string {
  return `${deployment_id}-one-off`;
}

/** The family in a task definition's ARN. */
export function familyOf(task_definition_arn: string): string {
  const name = nameOfArn(task_definition_arn);
  return name.slice(0, name.lastIndexOf(':'));
}

/** The 36 characters that make a deployment's id unique, which is all that a client token holds. */
export function clientToken(deployment_id: string): string {
  return deployment_id.slice(deployment_id.indexOf('_') + 1);
}

const TAG_NAMES = {
  tenant_id: 'branchline:tenant',
  project_id: 'branchline:project',
  environment: 'branchline:environment',
  name: 'branchline:service',
} as const satisfies Record<keyof ServiceKey, string>;
const DEPLOYMENT_TAG = 'branchline:deployment';
const PROMOTED_TAG: Tag = { key: 'branchline:promoted', value: 'true' };

/** Whose a service is. */
export function serviceTags(service: ServiceKey): Tag[] {
  return [
    { key: TAG_NAMES.tenant_id, value: service.tenant_id },
    { key: TAG_NAMES.project_id, value: service.project_id },
    { key: TAG_NAMES.environment, value: service.environment },
    { key: TAG_NAMES.name, value: service.name },
  ];
}

/** Whose a task definition is, and of which deployment. */
export function releaseTags(service: ServiceKey, deployment_id: string): Tag[] {
  return [...serviceTags(service), { key: DEPLOYMENT_TAG, value: deployment_id }];
}

/** Marks a deployment as the one that its service is meant to run. */
export function promotedTag(): Tag {
  return PROMOTED_TAG;
}

/** Whether tags have the mark of {@link promotedTag}. */
export function isPromoted(tags: readonly Tag[]): boolean {
  return tags.some(({ key }) => key === PROMOTED_TAG.key);
}

/** Whether tags say whose a service is. */
export function hasServiceTags(tags: readonly Tag[]): boolean {
  return Object.values(TAG_NAMES).every((name) => tags.some(({ key }) => key === name));
}

/** The service that tags name. @throws Error when they are not ours */
export function readServiceTags(tags: readonly Tag[]): ServiceKey {
  const read = (key: string): string => {
    const value = tags.find((tag) => tag.key === key)?.value;
    if (value === undefined) throw new Error(`The tag ${key} is missing`);
    return value;
  };
  return {
    tenant_id: read(TAG_NAMES.tenant_id),
    project_id: read(TAG_NAMES.project_id),
    environment: read(TAG_NAMES.environment),
    name: read(TAG_NAMES.name),
  };
}

/** Whether tags say that something is that project's. */
export function belongsTo(tags: readonly Tag[], tenant_id: string, project_id: string): boolean {
  const has = (key: string, value: string) => tags.some((tag) => tag.key === key && tag.value === value);
  return has(TAG_NAMES.tenant_id, tenant_id) && has(TAG_NAMES.project_id, project_id);
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, MAX_PART_LENGTH);
}
