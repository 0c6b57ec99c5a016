import { createDeploymentStopper } from '../../../src/domain/deployments/index.ts';
import type { EventConsumer } from '../../../src/domain/shared/events.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { runAndFlush } from '../../runtime/aws/flush.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createWorkflow } from '../../runtime/aws/workflow.ts';

const compose = async () => {
  const pipeline = createPipeline({ table: createTenantTable(), images: createImageRemover() });
  const stopper = createDeploymentStopper(pipeline, createWorkflow());
  const consumer: EventConsumer = {
    handle: (event) => runAndFlush(pipeline, () => stopper.handle(event)),
  };
  return consumer;
};

export const handler = bindConsumer('stop-deployment', compose);
