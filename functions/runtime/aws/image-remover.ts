import { createEcrRegistry, repositoryName } from '../../../src/adapters/aws/images/registry.ts';
import type { ImagePublisher } from '../../../src/domain/deployments/index.ts';
import { awsCaller } from './caller.ts';
import { required } from './environment.ts';

/** Removes images and pushes none: for functions that clean up, whose bundles so hold no reader of archives. */
export function createImageRemover(): ImagePublisher {
  const registry = createEcrRegistry(awsCaller(), repositoryName(required('IMAGE_REPOSITORY')));
  return {
    publish: async () => {
      throw new Error('This function pushes no images');
    },
    discard: (release_id) => registry.deleteImage(release_id),
  };
}
