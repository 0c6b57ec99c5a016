import type { ArchiveLimits } from '../../../../../src/adapters/aws/images/archive.ts';
import { createEcrImagePublisher } from '../../../../../src/adapters/aws/images/publisher.ts';
import type { Release } from '../../../../../src/domain/deployments/index.ts';
import { createRecordedLogger } from '../../../../support/recorded-logger.ts';
import { createRegistryDouble, REPOSITORY } from './registry-double.ts';

export const URI = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${REPOSITORY}`;
export const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
export const RELEASE = { id: 'rel_1' } as Release;
const LIMITS: ArchiveLimits = { max_entries: 50, max_bytes: 1_000_000, max_layers: 5 };

/** A publisher with ECR and S3, in which this archive lies. */
export function setUp(archive: Buffer | undefined, limits: ArchiveLimits = LIMITS) {
  const double = createRegistryDouble(archive);
  const logger = createRecordedLogger();
  const publisher = createEcrImagePublisher({
    ecr: double.ecr,
    storage: { bucket: 'bucket', clientFor: () => double.s3 },
    repository_uri: URI,
    architecture: 'arm64',
    logger,
    limits,
  });
  return { ...double, logger, publisher };
}
