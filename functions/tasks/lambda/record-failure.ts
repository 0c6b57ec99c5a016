import { nameBuildFailure } from '../../../src/adapters/aws/build/build-failure.ts';
import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createImageRemover } from '../../runtime/aws/image-remover.ts';
import { createPipeline } from '../../runtime/aws/pipeline.ts';
import { createTenantTable } from '../../runtime/aws/table.ts';
import { createRecordFailureTask } from '../record-failure.ts';

const compose = async () => createPipeline({ table: createTenantTable(), images: createImageRemover() });

export const handler = bindTask(compose, (deps) => createRecordFailureTask(deps, nameBuildFailure));
