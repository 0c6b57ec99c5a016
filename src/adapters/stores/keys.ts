import type { DeploymentKey, ServiceKey } from '../../domain/deployments/index.ts';
import type { Key } from '../table/port.ts';

/** Every key of both tables, in one place. Ids are validated before they get here, so none holds a `#`. */
export const tenantPk = (tenant_id: string): string => `T#${tenant_id}`;
export const projectPk = (tenant_id: string, project_id: string): string => `T#${tenant_id}#P#${project_id}`;
export const userPk = (tenant_id: string, user_id: string): string => `T#${tenant_id}#U#${user_id}`;
const deploymentPk = (key: DeploymentKey): string => `T#${key.tenant_id}#D#${key.deployment_id}`;

const tenants = (pk: string, sk: string): Key => ({ table: 'tenants', pk, sk });
const directory = (pk: string, sk: string): Key => ({ table: 'directory', pk, sk });

// As many as Number.MAX_SAFE_INTEGER has, so that numbers sort as texts.
const SEQUENCE_DIGITS = 16;

export const keys = {
  email: (email: string) => directory(`EMAIL#${email}`, 'EMAIL'),
  user: (user_id: string) => directory(`USER#${user_id}`, 'USER'),
  host: (host: string) => directory(`HOST#${host}`, 'HOST'),
  addressBucket: (address: string) => directory(`RATE#${address}`, 'RATE'),
  accountSignIns: (account_hash: string) => directory(`SIGNIN#${account_hash}`, 'SIGNIN'),
  addressSignIns: (address: string) => directory(`SIGNIN#${address}`, 'SIGNIN'),
  tenant: (tenant_id: string) => tenants(tenantPk(tenant_id), 'TENANT'),
  member: (tenant_id: string, user_id: string) => tenants(tenantPk(tenant_id), `MEMBER#${user_id}`),
  membership: (user_id: string, tenant_id: string) => directory(`USER#${user_id}`, `MEMBERSHIP#${tenant_id}`),
  passwordReset: (user_id: string) => directory(`RESET#${user_id}`, 'RESET'),
  invitation: (tenant_id: string, id: string) => tenants(tenantPk(tenant_id), `INVITATION#${id}`),
  invited: (tenant_id: string, email: string) => tenants(tenantPk(tenant_id), `INVITED#${email}`),
  session: (tenant_id: string, user_id: string, session_id: string) =>
    tenants(userPk(tenant_id, user_id), `SESSION#${session_id}`),
  apiToken: (tenant_id: string, user_id: string, id: string) =>
    tenants(userPk(tenant_id, user_id), `TOKEN#${id}`),
  userDeletion: (tenant_id: string, user_id: string) =>
    tenants(tenantPk(tenant_id), `USER_DELETION#${user_id}`),
  project: (tenant_id: string, project_id: string) => tenants(tenantPk(tenant_id), `PROJECT#${project_id}`),
  deletedProject: (tenant_id: string, project_id: string) =>
    tenants(tenantPk(tenant_id), `DELETED_PROJECT#${project_id}`),
  projectName: (tenant_id: string, name: string) => tenants(tenantPk(tenant_id), `PROJECT_NAME#${name}`),
  /** Until when the shared cache may not be believed. */
  cacheDoubt: (tenant_id: string) => tenants(tenantPk(tenant_id), 'CACHE_DOUBT'),
  recent: (tenant_id: string, project_id: string) => tenants(tenantPk(tenant_id), `RECENT#${project_id}`),
  variables: (key: ServiceKey) =>
    tenants(projectPk(key.tenant_id, key.project_id), `VAR#${key.environment}#${key.name}`),
  release: (tenant_id: string, project_id: string, release_id: string) =>
    tenants(projectPk(tenant_id, project_id), `RELEASE#${release_id}`),
  service: (key: ServiceKey) =>
    tenants(projectPk(key.tenant_id, key.project_id), `SVC#${key.environment}#${key.name}`),
  /** What served when its service was removed. */
  served: (key: ServiceKey) =>
    tenants(projectPk(key.tenant_id, key.project_id), `SERVED#${key.environment}#${key.name}`),
  lock: (key: ServiceKey) =>
    tenants(projectPk(key.tenant_id, key.project_id), `LOCK#${key.environment}#${key.name}`),
  deployment: (key: DeploymentKey) => tenants(deploymentPk(key), 'DEPLOYMENT'),
  step: (key: DeploymentKey, position: number) =>
    tenants(deploymentPk(key), `STEP#${String(position).padStart(2, '0')}`),
  logSegment: (key: DeploymentKey, first: number) =>
    tenants(deploymentPk(key), `LOG#${String(first).padStart(SEQUENCE_DIGITS, '0')}`),
  logBatch: (key: DeploymentKey, batch_id: string) => tenants(deploymentPk(key), `LOG_BATCH#${batch_id}`),
  outbox: (tenant_id: string, event_id: string) => tenants(`T#${tenant_id}#OUTBOX`, event_id),
  seen: (tenant_id: string, consumer: string, event_id: string) =>
    tenants(`T#${tenant_id}#SEEN#${consumer}`, event_id),
  idempotency: (tenant_id: string, caller_id: string, key_hash: string) =>
    tenants(`T#${tenant_id}#IDEMPOTENCY`, `${caller_id}#${key_hash}`),
  principalBucket: (tenant_id: string, user_id: string) => tenants(`T#${tenant_id}#RATE`, `U#${user_id}`),
  usage: (tenant_id: string, month: string) => tenants(`T#${tenant_id}#USAGE#${month}`, 'METERS'),
  projectDay: (tenant_id: string, project_id: string, day: string) =>
    tenants(projectPk(tenant_id, project_id), `DAY#${day}`),
} as const;
