import { type ComputeProvider, DeploymentFailedError } from '../../domain/deployments/index.ts';

/** Stands where an installation has no compute stack: nothing can be released, and nothing runs that could be stopped. */
export function createAbsentCompute(): ComputeProvider {
  const refuse = async (): Promise<never> => {
    throw new DeploymentFailedError(
      'internal',
      'This installation has nowhere to run apps: its operator has to deploy the compute stack (-c compute=true).',
    );
  };
  return {
    isolation: 'microvm',
    release: refuse,
    progress: async () => ({ state: 'failed', reason: 'internal', detail: 'Nothing runs here.' }),
    promote: refuse,
    stop: async () => undefined,
    removeProject: async () => undefined,
    runOneOff: refuse,
  };
}
