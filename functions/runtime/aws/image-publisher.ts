import process from 'node:process';
import { createEcrImagePublisher } from '../../../src/adapters/aws/images/publisher.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import type { ImagePublisher } from '../../../src/domain/deployments/index.ts';
import { awsCaller } from './caller.ts';
import { logLevel, required } from './environment.ts';
import { createStorage } from './storage.ts';

// A call takes up to 10 MiB of a layer along.
const TIMEOUT_MS = 60_000;

/** Pushes images. */
export function createImages(): ImagePublisher {
  return createEcrImagePublisher({
    aws: awsCaller({ timeout_ms: TIMEOUT_MS }),
    storage: createStorage(),
    repository_uri: required('IMAGE_REPOSITORY'),
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    logger: createLogger(logLevel()),
  });
}
