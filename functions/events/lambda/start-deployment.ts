import { SFNClient } from '@aws-sdk/client-sfn';
import { createStepFunctionsWorkflow } from '../../../src/adapters/aws/workflow.ts';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createDeploymentStarter } from '../../../src/domain/deployments/index.ts';
import { required } from '../../runtime/aws/environment.ts';
import { createConsumerFunction } from '../consume.ts';

const compose = async () =>
  createDeploymentStarter(createStepFunctionsWorkflow(new SFNClient({}), required('STATE_MACHINE_ARN')));

export const handler = createConsumerFunction(memoize(compose));
