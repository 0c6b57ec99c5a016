import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createImages } from '../../runtime/aws/image-publisher.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { loadSealer } from '../../runtime/aws/secrets.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createPublishImageTask } from '../publish-image.ts';

const compose = async () =>
  createPipeline({ table: createTenantTable(), sealer: await loadSealer(), images: createImages() });

export const handler = bindTask(compose, createPublishImageTask);
