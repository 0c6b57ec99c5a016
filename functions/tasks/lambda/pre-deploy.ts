import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { loadSealer } from '../../runtime/aws/secrets.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createPreDeployTask } from '../pre-deploy.ts';

const compose = async () => createPipeline({ table: createTenantTable(), sealer: await loadSealer() });

export const handler = bindTask(compose, createPreDeployTask);
