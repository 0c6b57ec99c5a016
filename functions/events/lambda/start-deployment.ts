import { createDeploymentStarter } from '../../../src/domain/deployments/index.ts';
import { bindConsumer } from '../../runtime/aws/bind-consumer.ts';
import { createWorkflow } from '../../runtime/aws/workflow.ts';

const compose = async () => createDeploymentStarter(createWorkflow());

export const handler = bindConsumer('start-deployment', compose);
