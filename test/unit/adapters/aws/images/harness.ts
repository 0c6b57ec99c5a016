import type { ArchiveLimits } from '../../../../../src/adapters/aws/images/archive.ts';
import { createEcrImagePublisher } from '../../../../../src/adapters/aws/images/publisher.ts';
import { createAwsCaller } from '../../../../../src/adapters/aws/signed-call.ts';
import type { Release } from '../../../../../src/domain/deployments/index.ts';
import { createTestBucket } from '../../../../support/bucket.ts';
import { createRecordedLogger } from '../../../../support/recorded-logger.ts';
import { createRegistryDouble, REPOSITORY } from './registry-double.ts';

export const URI = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${REPOSITORY}`;
export const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
export const RELEASE = { id: 'rel_1' } as Release;
export const ARCHIVE = 'images/ten_1/dpl_1.tar';
const LIMITS: ArchiveLimits = { max_entries: 50, max_bytes: 1_000_000, max_layers: 5 };

const opened: { close(): Promise<void> }[] = [];

/** A publisher with ECR and S3, in which this archive lies. */
export async function setUp(archive: Buffer | undefined, limits: ArchiveLimits = LIMITS) {
  const registry = await createRegistryDouble();
  const bucket = await createTestBucket();
  opened.push(registry.endpoint, bucket);
  if (archive !== undefined) bucket.objects.set(ARCHIVE, archive);
  const logger = createRecordedLogger();
  const publisher = createEcrImagePublisher({
    aws: createAwsCaller(registry.endpoint.environment),
    storage: bucket.storage,
    repository_uri: URI,
    architecture: 'arm64',
    logger,
    limits,
  });
  return { registry, bucket, logger, publisher };
}

/** Ends what was set up. */
export async function tearDown(): Promise<void> {
  await Promise.all(opened.splice(0).map((each) => each.close()));
}
