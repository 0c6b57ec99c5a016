import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { type ObjectStorage, STORAGE_CLIENT_CONFIG } from '../../../src/adapters/aws/build/objects.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { required } from './environment.ts';

/** The bucket, each tenant's objects through a session of that tenant. */
export function createStorage(): ObjectStorage {
  const sessions = openSessions();
  return { bucket: required('SOURCE_BUCKET'), clientFor: (tenant_id) => sessions.get(tenant_id) };
}

/** The same for signing a build's addresses, which end with their session: each gets one of its own. */
export function createSigningStorage(): ObjectStorage {
  return {
    bucket: required('SOURCE_BUCKET'),
    clientFor: (tenant_id) => openSessions().get(tenant_id),
  };
}

function openSessions() {
  return createTenantSessions({
    sts: new STSClient({}),
    role_arn: required('TENANT_ROLE_ARN'),
    clientFor: (credentials) => new S3Client({ ...STORAGE_CLIENT_CONFIG, credentials }),
    clock: systemClock,
  });
}
