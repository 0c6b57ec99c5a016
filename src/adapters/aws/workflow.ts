import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Workflow } from '../../domain/deployments/index.ts';

/** Executions of deploy.asl.json on Step Functions, named by their deployment. */
export function createStepFunctionsWorkflow(sfn: SFNClient, state_machine_arn: string): Workflow {
  return {
    async start({ tenant_id, deployment_id }) {
      try {
        await sfn.send(
          new StartExecutionCommand({
            stateMachineArn: state_machine_arn,
            name: deployment_id,
            input: JSON.stringify({ tenant_id, deployment_id }),
          }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },

    async stop(deployment_id, cause) {
      const execution = state_machine_arn.replace(':stateMachine:', ':execution:');
      try {
        await sfn.send(new StopExecutionCommand({ executionArn: `${execution}:${deployment_id}`, cause }));
      } catch (error) {
        // Cancelled before its start was delivered: there is nothing to stop.
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}
