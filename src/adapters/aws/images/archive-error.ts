import { DeploymentFailedError } from '../../../domain/deployments/index.ts';

/** An image archive that isn't what `docker save` writes, or is more than it may be. The build made it, so it is the
 *  build that failed. */
export class ArchiveError extends DeploymentFailedError {
  constructor(problem: string, cause?: unknown) {
    super('build_failed', `The image that it left can not be used: ${problem}.`, cause);
  }
}
