import { SFNClient } from '@aws-sdk/client-sfn';
import { SMALL_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createStepFunctionsWorkflow } from '../../../src/adapters/aws/workflow.ts';
import { createDeploymentStarter } from '../../../src/domain/deployments/index.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { required } from '../../runtime/aws/environment.ts';

const compose = async () =>
  createDeploymentStarter(
    createStepFunctionsWorkflow(new SFNClient(SMALL_CALLS), required('STATE_MACHINE_ARN')),
  );

export const handler = bindConsumer('start-deployment', compose);
