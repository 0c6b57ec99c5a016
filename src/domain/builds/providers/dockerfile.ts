import { firstFile } from '../snapshot.ts';
import type { Provider } from './provider.ts';

/** A repository that brings its own image. Recognised, and built once there is a container engine. */
export const dockerfile: Provider = {
  name: 'dockerfile',
  looks_for: 'Dockerfile',
  programs: [],
  detect({ snapshot }) {
    const file = firstFile(snapshot, ['Dockerfile', 'Containerfile']);
    if (file === null) return null;
    return {
      kind: 'unavailable',
      message: `${file} was recognised, but this installation has no container engine to build it with.`,
    };
  },
};
