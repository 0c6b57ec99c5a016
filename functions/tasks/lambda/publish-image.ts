import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createImages } from '../../runtime/aws/image-publisher.ts';
import { createPipelineWithoutApps } from '../../runtime/aws/pipeline-without-apps.ts';
import { loadSealer } from '../../runtime/aws/secrets.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createPublishImageTask } from '../publish-image.ts';

const compose = async () =>
  createPipelineWithoutApps({
    table: createTenantTable(),
    sealer: await loadSealer(),
    images: createImages(),
  });

export const handler = bindTask(compose, createPublishImageTask);
