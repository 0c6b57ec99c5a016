import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImagePublisher } from '../../src/domain/deployments/index.ts';

const SCHEME = 'folder:';

/** Where an image of this laptop lies: a folder that holds the built tree. */
export function imageDirectory(images_dir: string, release_id: string): string {
  return join(images_dir, release_id);
}

/** The folder of an image reference. @throws Error for one that another installation made */
export function readImageReference(images_dir: string, image: string): string {
  if (!image.startsWith(SCHEME)) throw new Error(`Not an image of this installation: ${image}`);
  return imageDirectory(images_dir, image.slice(SCHEME.length));
}

/** Without a container engine a built folder already is the image: publishing only names it. */
export function createLocalImagePublisher(images_dir: string): ImagePublisher {
  return {
    publish: async (_key, release) => `${SCHEME}${release.id}`,
    discard: (release_id) => rm(imageDirectory(images_dir, release_id), { recursive: true, force: true }),
  };
}
