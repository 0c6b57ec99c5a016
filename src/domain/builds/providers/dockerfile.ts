import { firstFile } from '../snapshot.ts';
import type { Provider } from './provider.ts';

/** The plan's provider where the repository's own Dockerfile makes the image. */
export const DOCKERFILE = 'dockerfile';
/** Where a Dockerfile is looked for. */
export const DOCKERFILE_NAMES = ['Dockerfile', 'Containerfile'] as const;
/** Why it isn't used where there is none to build it. */
export const NO_ENGINE = 'This installation has no container engine to build it with.';

/** A repository that brings its own image, where nothing can build it. */
export const dockerfile: Provider = {
  name: DOCKERFILE,
  looks_for: 'Dockerfile',
  programs: [],
  detect({ snapshot }) {
    const file = firstFile(snapshot, DOCKERFILE_NAMES);
    if (file === null) return null;
    return {
      kind: 'unavailable',
      message: `${file} was recognised, but this installation has no container engine to build it with.`,
    };
  },
};
