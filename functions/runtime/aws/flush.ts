import type { DeploymentLogs } from '../../../src/domain/deployments/index.ts';
import type { Logger } from '../../../src/domain/shared/ports.ts';

/** Does the work, and writes its log lines before it is done: an instance may be frozen then for good. Lines that can't
 *  be written are lost with a word to the operator, and never take the place of what the work answered or why it failed. */
export async function runAndFlush<T>(
  { logs, logger }: { readonly logs: Pick<DeploymentLogs, 'flush'>; readonly logger: Logger },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    await logs.flush().catch((error: unknown) => {
      logger.error('log lines of a deployment were lost', { error });
    });
  }
}
