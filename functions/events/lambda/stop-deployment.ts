import { SFNClient } from '@aws-sdk/client-sfn';
import { SMALL_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createStepFunctionsWorkflow } from '../../../src/adapters/aws/workflow.ts';
import { createDeploymentStopper } from '../../../src/domain/deployments/index.ts';
import type { EventConsumer } from '../../../src/domain/shared/events.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { required } from '../../runtime/aws/environment.ts';
import { runAndFlush } from '../../runtime/aws/flush.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';

const compose = async () => {
  const pipeline = createPipeline({ table: createTenantTable(), images: createImageRemover() });
  const workflow = createStepFunctionsWorkflow(new SFNClient(SMALL_CALLS), required('STATE_MACHINE_ARN'));
  const stopper = createDeploymentStopper(pipeline, workflow);
  const consumer: EventConsumer = {
    handle: (event) => runAndFlush(pipeline, () => stopper.handle(event)),
  };
  return consumer;
};

export const handler = bindConsumer('stop-deployment', compose);
