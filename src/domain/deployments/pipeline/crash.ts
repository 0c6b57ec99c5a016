import { enterStatus, type LifecycleDependencies, loadDeployment } from '../lifecycle.ts';
import type { AppWatch, DeploymentKey, DeploymentLogs, EndedApp } from '../ports.ts';
import { mayRestart } from '../restart.ts';
import { isUnderWay } from '../transitions.ts';
import { say } from './step.ts';

/** What it takes to judge an app that ended. */
export interface CrashDependencies extends LifecycleDependencies {
  readonly apps: Pick<AppWatch, 'giveUp'>;
  readonly logs: Pick<DeploymentLogs, 'append'>;
}

/** Records that an app that served was given up by its restart policy. */
export async function recordCrash(deps: LifecycleDependencies, key: DeploymentKey): Promise<void> {
  await enterStatus(deps, key, 'crashed');
}

/** Gives an app up whose restart policy starts it no more, records that, and says why in its log. Does nothing where the
 *  policy lets it be started again; unmoved when it is told of the same end once more.
 *  @throws AppError DEPLOYMENT_NOT_FOUND, with the app left as it is */
export async function judgeEnd(deps: CrashDependencies, app: EndedApp): Promise<void> {
  if (mayRestart(app.restart, app.exit_code, app.restarts)) return;
  await loadDeployment(deps, app.key);
  // Before the record: whoever records the success of this deployment in this moment then sees that nothing runs.
  await deps.apps.giveUp(app.service);
  const { deployment, moved } = await enterStatus(deps, app.key, 'crashed');
  if (!moved && !isUnderWay(deployment.status)) return;
  say(
    deps,
    app.key,
    'runtime',
    `The app ended with ${app.how}; its restart policy starts it no more`,
    'error',
  );
}
