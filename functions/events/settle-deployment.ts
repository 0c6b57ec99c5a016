import type { EventBridgeEvent } from 'aws-lambda';
import { type PipelineDependencies, settleInterrupted } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';

interface ExecutionStatus {
  /** The execution's input, as it was started. */
  readonly input: string;
}

/** Ends a deployment whose execution failed, timed out or was aborted without saying so, and frees its lock. One that has
 *  recorded its end already stays as it is. */
export function createSettler(load: () => Promise<PipelineDependencies>) {
  return async ({ detail }: EventBridgeEvent<string, ExecutionStatus>): Promise<void> => {
    const key = deployInputSchema.parse(JSON.parse(detail.input));
    await settleInterrupted(await load(), key);
  };
}
