import { SFNClient } from '@aws-sdk/client-sfn';
import { createStepFunctionsWorkflow } from '../../../src/adapters/aws/workflow.ts';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createDeploymentStopper } from '../../../src/domain/deployments/index.ts';
import { required } from '../../runtime/aws/environment.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createConsumerFunction, flushing } from '../consume.ts';

const compose = async () => {
  const pipeline = createPipeline({ table: createTenantTable(), images: createImageRemover() });
  const workflow = createStepFunctionsWorkflow(new SFNClient({}), required('STATE_MACHINE_ARN'));
  return flushing(createDeploymentStopper(pipeline, workflow), pipeline.logs);
};

export const handler = createConsumerFunction(memoize(compose));
