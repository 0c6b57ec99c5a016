export type { DeploymentDependencies } from './deployments.ts';
export {
  cancelDeployment,
  getDeployment,
  listDeployments,
  listSteps,
  readLogs,
  requestDeployment,
  rollBack,
} from './deployments.ts';
export { DEPLOYMENT_EVENTS } from './events.ts';
export type { DeploymentFailure, FailureReason } from './failure.ts';
export { DeploymentFailedError, FAILURE_REASONS } from './failure.ts';
export { loadDeployment } from './lifecycle.ts';
export type {
  Deployment,
  DeploymentStatus,
  Isolation,
  ProjectKey,
  Service,
  ServiceKey,
  Step,
  StepName,
} from './model.ts';
export {
  DEFAULT_ENVIRONMENT,
  DEFAULT_SERVICE,
  deploymentSchema,
  deploymentStatusSchema,
  stepNameSchema,
  stepSchema,
} from './model.ts';
export { endBuild } from './pipeline/build.ts';
export type { CrashDependencies } from './pipeline/crash.ts';
export { judgeEnd, recordCrash } from './pipeline/crash.ts';
export type { PipelineDependencies, TaskContext } from './pipeline/dependencies.ts';
export type { CaughtError } from './pipeline/errors.ts';
export { DeploymentEndedError, RolloutPendingError, toTaskError } from './pipeline/errors.ts';
export { recordFailure, settleInterrupted } from './pipeline/failure.ts';
export { prepare } from './pipeline/prepare.ts';
export {
  awaitRollout,
  loadRelease,
  loadReleaseSpec,
  loadReleaseVariables,
  publishImage,
  recordSuccess,
  runPreDeploy,
  startRelease,
  switchRoute,
} from './pipeline/release.ts';
export { serviceKey } from './pipeline/service-key.ts';
export { say } from './pipeline/step.ts';
export type {
  AppRun,
  AppWatch,
  BuildHandOver,
  ComputeProvider,
  DeploymentFilter,
  DeploymentKey,
  DeploymentLogs,
  DeploymentStore,
  EndedApp,
  ImagePublisher,
  LogBatches,
  LogLine,
  LogQuery,
  RecentDeployment,
  Release,
  ReleaseSpec,
  ReleaseStore,
  RolloutProgress,
  ServiceStore,
  SourceCommit,
  SourceProvider,
  Workflow,
} from './ports.ts';
export { createProjectFollower } from './project-follower.ts';
export { createDeploymentStarter, createDeploymentStopper } from './reactions.ts';
export { mayRestart, RAN_WELL_MS } from './restart.ts';
export { isFinal, isUnderWay } from './transitions.ts';
export { visibleRecent } from './visibility.ts';
