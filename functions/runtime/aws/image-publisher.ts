import process from 'node:process';
import { ECRClient } from '@aws-sdk/client-ecr';
import { createEcrImagePublisher } from '../../../src/adapters/aws/images/publisher.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import type { ImagePublisher } from '../../../src/domain/deployments/index.ts';
import { logLevel, required } from './environment.ts';
import { createStorage } from './storage.ts';

/** Pushes images. */
export function createImages(): ImagePublisher {
  return createEcrImagePublisher({
    ecr: new ECRClient({}),
    storage: createStorage(),
    repository_uri: required('IMAGE_REPOSITORY'),
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    logger: createLogger(logLevel()),
  });
}
