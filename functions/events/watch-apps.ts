import type { EventBridgeEvent } from 'aws-lambda';
import * as z from 'zod';
import { type AppWatch, type CrashDependencies, judgeEnd } from '../../src/domain/deployments/index.ts';

export interface AppWatcherDependencies extends CrashDependencies {
  readonly apps: AppWatch;
}

const SERVICE_GROUP = 'service:';

/** What is read of ECS's "Task State Change". */
const stoppedTaskSchema = z.object({
  taskArn: z.string(),
  taskDefinitionArn: z.string(),
  group: z.string().startsWith(SERVICE_GROUP),
});

/** Judges apps that served and ended: one that its restart policy starts no more is given up, and its deployment crashed. An
 *  end during a rollout changes nothing, nor does one that it heard of before. */
export function createAppWatcher(load: () => Promise<AppWatcherDependencies>) {
  return async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
    const { taskArn, taskDefinitionArn, group } = stoppedTaskSchema.parse(detail);
    const deps = await load();
    const app = await deps.apps.findEnded({
      service: group.slice(SERVICE_GROUP.length),
      task: taskArn,
      task_definition: taskDefinitionArn,
    });
    if (app !== undefined) await judgeEnd(deps, app);
  };
}
