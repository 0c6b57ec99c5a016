import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createAwaitRolloutTask } from '../await-rollout.ts';

const compose = async () => createPipeline({ table: createTenantTable() });

export const handler = bindTask(compose, createAwaitRolloutTask);
