import { ECRClient } from '@aws-sdk/client-ecr';
import { createEcrRegistry, repositoryName } from '../../../src/adapters/aws/images/registry.ts';
import type { ImagePublisher } from '../../../src/domain/deployments/index.ts';
import { required } from './environment.ts';

/** Removes images and pushes none: for functions that clean up, whose bundles so need no S3 client. */
export function createImageRemover(): ImagePublisher {
  const registry = createEcrRegistry(new ECRClient({}), repositoryName(required('IMAGE_REPOSITORY')));
  return {
    publish: async () => {
      throw new Error('This function pushes no images');
    },
    discard: (release_id) => registry.deleteImage(release_id),
  };
}
