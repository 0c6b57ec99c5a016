import { bindTask } from '../../runtime/aws/bind-task.ts';
import { createPipelineWithoutApps } from '../../runtime/aws/pipeline-without-apps.ts';
import { loadSealer } from '../../runtime/aws/secrets.ts';
import { createSourceParts } from '../../runtime/aws/source-parts.ts';
import { createTwoTable } from '../../runtime/aws/table.ts';
import { createPrepareTask } from '../prepare.ts';

const compose = async () =>
  createPipelineWithoutApps({ table: createTwoTable(), sealer: await loadSealer(), ...createSourceParts() });

export const handler = bindTask(compose, createPrepareTask);
