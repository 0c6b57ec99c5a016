import { enterStatus, type LifecycleDependencies } from '../lifecycle.ts';
import type { DeploymentKey } from '../ports.ts';

/** Records that an app that served was given up by its restart policy. */
export async function recordCrash(deps: LifecycleDependencies, key: DeploymentKey): Promise<void> {
  await enterStatus(deps, key, 'crashed');
}
