import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/shared/ports.ts';
import { toAnswerable } from '../aws/call-failure.ts';
import type { AwsCaller } from '../aws/signed-call.ts';

/** Temporary credentials that reach one tenant's items and no others. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface TenantSessionsOptions<Client> {
  /** In the function's own region, so that the regional endpoint of STS answers. */
  readonly aws: Pick<AwsCaller, 'callQuery'>;
  /** The role whose policy reaches only what begins with the session's `tenant` tag. */
  readonly role_arn: string;
  /** Makes what a tenant's calls go through: a DynamoDB client, or a table on one. */
  readonly clientFor: (credentials: SessionCredentials) => Client;
  readonly clock: Clock;
  /** Tenants whose sessions are kept; beyond it the one used longest ago goes. */
  readonly max_sessions?: number;
}

/** One client per tenant, each with credentials of its own. */
export interface TenantSessions<Client> {
  /** The tenant's client. Fails when there are no credentials for it: no call ever falls back to wider ones.
   *  @throws AppError SERVICE_UNAVAILABLE while STS can't be reached, UPSTREAM_FAILED when it refuses, RangeError for what is no tenant's id */
  get(tenant_id: string): Promise<Client>;
}

interface Session<Client> {
  readonly client: Client;
  readonly refresh_at_ms: number;
}

export const TENANT_TAG = 'tenant';
// What AWS allows at most when a role's session assumes another role.
const DURATION_S = 3600;
// Longer than any invocation that could still be using the old credentials when they end.
const REFRESH_BEFORE_MS = 5 * 60_000;
const STS_VERSION = '2011-06-15';
const MAX_SESSIONS = 500;
// No `#`, which separates a key's parts, and nothing that IAM reads as a pattern. A session's name holds 64 characters.
const TENANT_ID = /^[A-Za-z0-9_-]{1,52}$/;

/** True for a text that can be a tenant's id, in a key and in a session tag. */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}

/** Sessions of one role, tagged with the tenant, made when they are needed and kept until shortly before they end. */
export function createTenantSessions<Client>(options: TenantSessionsOptions<Client>): TenantSessions<Client> {
  const { aws, role_arn, clientFor, clock } = options;
  const sessions = new LRUCache<string, Session<Client>>({ max: options.max_sessions ?? MAX_SESSIONS });
  const in_flight = new Map<string, Promise<Client>>();

  const open = async (tenant_id: string): Promise<Client> => {
    const now_ms = clock.now().getTime();
    const credentials = readCredentials(await assume(aws, role_arn, tenant_id));
    // Not later than an hour from now, whatever the other clock says.
    const ends_ms = Math.min(credentials.expiration.getTime(), now_ms + DURATION_S * 1000);
    const client = clientFor(credentials);
    sessions.set(tenant_id, { client, refresh_at_ms: ends_ms - REFRESH_BEFORE_MS });
    return client;
  };

  return {
    async get(tenant_id) {
      if (!isTenantId(tenant_id)) throw new RangeError('No tenant has such an id');
      const session = sessions.get(tenant_id);
      if (session !== undefined && clock.now().getTime() < session.refresh_at_ms) return session.client;
      const pending = in_flight.get(tenant_id);
      if (pending !== undefined) return pending;
      const opening = open(tenant_id).finally(() => in_flight.delete(tenant_id));
      in_flight.set(tenant_id, opening);
      return opening;
    },
  };
}

async function assume(
  aws: TenantSessionsOptions<unknown>['aws'],
  role_arn: string,
  tenant_id: string,
): Promise<string> {
  try {
    return await aws.callQuery('sts', {
      Action: 'AssumeRole',
      Version: STS_VERSION,
      RoleArn: role_arn,
      RoleSessionName: `branchline-${tenant_id}`,
      DurationSeconds: String(DURATION_S),
      'Tags.member.1.Key': TENANT_TAG,
      'Tags.member.1.Value': tenant_id,
      'TransitiveTagKeys.member.1': TENANT_TAG,
    });
  } catch (error) {
    throw toAnswerable(error);
  }
}

/** The credentials of STS's answer, which are letters, digits and signs that XML has no escapes for. */
function readCredentials(xml: string): SessionCredentials {
  const accessKeyId = textOf(xml, 'AccessKeyId');
  const secretAccessKey = textOf(xml, 'SecretAccessKey');
  const sessionToken = textOf(xml, 'SessionToken');
  const expiration = new Date(textOf(xml, 'Expiration'));
  if (
    accessKeyId === '' ||
    secretAccessKey === '' ||
    sessionToken === '' ||
    Number.isNaN(expiration.getTime())
  ) {
    throw new Error('STS answered without credentials');
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<&]*)</${element}>`).exec(xml)?.[1]?.trim() ?? '';
}
