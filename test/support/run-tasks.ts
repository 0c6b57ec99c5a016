import { createDeployTasks } from '../../functions/tasks/index.ts';
import type { DeploymentKey } from '../../src/domain/deployments/index.ts';
import type { DeployTask } from '../../state-machines/catalog.ts';
import type { TestPipeline } from './pipeline.ts';

const ORDER = [
  'Prepare',
  'PublishImage',
  'PreDeploy',
  'Release',
  'AwaitRollout',
  'SwitchRoute',
  'RecordSuccess',
] as const;

/** Runs tasks one after the other as deploy.asl.json orders them, skipping what Prepare says isn't needed, and hands
 *  the first error to RecordFailure. @returns the error's name, or undefined */
export async function runTasks(
  pipeline: TestPipeline,
  key: DeploymentKey,
  until: DeployTask = 'RecordSuccess',
): Promise<string | undefined> {
  const tasks = createDeployTasks(pipeline.deps);
  const skipped = new Set<DeployTask>();
  for (const state of ORDER) {
    if (skipped.has(state)) continue;
    try {
      const output = await tasks[state]({ ...key });
      if (state === 'Prepare') for (const name of skippedBy(output)) skipped.add(name);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      await tasks.RecordFailure({ ...key, error: { Error: error.name, Cause: error.message } });
      return error.name;
    }
    if (state === until) return undefined;
  }
  return undefined;
}

function skippedBy(prepared: unknown): DeployTask[] {
  const { needs_build, needs_pre_deploy } = prepared as { needs_build: boolean; needs_pre_deploy: boolean };
  return [
    ...(needs_build ? [] : (['PublishImage'] as const)),
    ...(needs_pre_deploy ? [] : (['PreDeploy'] as const)),
  ];
}
