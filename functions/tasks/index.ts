import type { PipelineDependencies } from '../../src/domain/deployments/index.ts';
import type { DeployTask } from '../../state-machines/catalog.ts';
import type { Task } from '../runtime/task.ts';
import { createAwaitRolloutTask } from './await-rollout.ts';
import { createPreDeployTask } from './pre-deploy.ts';
import { createPrepareTask } from './prepare.ts';
import { createPublishImageTask } from './publish-image.ts';
import { createRecordFailureTask } from './record-failure.ts';
import { createRecordSuccessTask } from './record-success.ts';
import { createReleaseTask } from './release.ts';
import { createSwitchRouteTask } from './switch-route.ts';

/** Every task of deploy.asl.json by its state's name, for where one process runs them all. */
export function createDeployTasks(deps: PipelineDependencies): Readonly<Record<DeployTask, Task>> {
  return {
    Prepare: createPrepareTask(deps),
    PublishImage: createPublishImageTask(deps),
    PreDeploy: createPreDeployTask(deps),
    Release: createReleaseTask(deps),
    AwaitRollout: createAwaitRolloutTask(deps),
    SwitchRoute: createSwitchRouteTask(deps),
    RecordSuccess: createRecordSuccessTask(deps),
    RecordFailure: createRecordFailureTask(deps),
  };
}
