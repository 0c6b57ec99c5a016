import { DeploymentFailedError } from '../../domain/deployments/index.ts';
import { isAppError } from '../../domain/shared/errors.ts';
import { type Calling, CircuitOpenError } from '../resilience/breaker.ts';
import type { Breakers } from '../resilience/breakers.ts';

/** Does what needs the server of a repository, with a breaker for each server; a repository on this machine has none.
 *  @param url - the repository's
 *  @throws DeploymentFailedError `repository_not_found`, at once, while the server's circuit is open; what the work throws */
export async function askServer<T>(
  breakers: Breakers,
  url: string,
  calling: Calling,
  work: () => Promise<T>,
): Promise<T> {
  const { protocol, host } = new URL(url);
  if (protocol !== 'https:') return work();
  try {
    return await breakers.of(host).run(work, calling);
  } catch (error) {
    if (!isAppError(error) || !(error.cause instanceof CircuitOpenError)) throw error;
    const detail = `Its server did not answer the last deployments, and is asked again in ${error.retry_after_s} s.`;
    throw new DeploymentFailedError('repository_not_found', detail, error);
  }
}
