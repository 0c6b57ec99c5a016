import { SFNClient } from '@aws-sdk/client-sfn';
import { SMALL_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { guardClient } from '../../../src/adapters/aws/guard-client.ts';
import { createStepFunctionsWorkflow } from '../../../src/adapters/aws/workflow.ts';
import type { Workflow } from '../../../src/domain/deployments/index.ts';
import { aws_breakers } from './breakers.ts';
import { required } from './environment.ts';

/** Starts and stops deployments. */
export function createWorkflow(): Workflow {
  const sfn = guardClient(new SFNClient(SMALL_CALLS), aws_breakers.of('states'));
  return createStepFunctionsWorkflow(sfn, required('STATE_MACHINE_ARN'));
}
