import process from 'node:process';
import type { ObjectStorage } from '../../../src/adapters/aws/build/objects.ts';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createObjectClient } from '../../../src/adapters/aws/object-client.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { aws_breakers } from './breakers.ts';
import { awsCaller } from './caller.ts';
import { required } from './environment.ts';

/** The bucket, each tenant's objects through a session of that tenant. */
export function createStorage(): ObjectStorage {
  const sessions = openSessions();
  return { clientFor: (tenant_id) => sessions.get(tenant_id) };
}

/** The same for signing a build's addresses, which end with their session: each gets one of its own. */
export function createSigningStorage(): ObjectStorage {
  return { clientFor: (tenant_id) => openSessions().get(tenant_id) };
}

function openSessions() {
  const bucket = required('SOURCE_BUCKET');
  return createTenantSessions({
    aws: awsCaller(AWAITED_CALLS),
    role_arn: required('TENANT_ROLE_ARN'),
    clientFor: (credentials) =>
      createObjectClient({
        environment: process.env,
        bucket,
        credentials,
        clock: systemClock,
        breakers: aws_breakers,
      }),
    clock: systemClock,
  });
}
