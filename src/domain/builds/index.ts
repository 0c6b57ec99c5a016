/** The build plan: what to install, build and start, decided from a snapshot of a source tree. */
export { describeCommand } from './commands.ts';
export {
  CONTAINER_PORT,
  CONTAINER_ROOT,
  CONTAINER_USER,
  type DockerfileOptions,
  toDockerfile,
  toDockerignore,
} from './dockerfile.ts';
export type {
  BuildPlan,
  BuildPlanResult,
  Command,
  PlanOptions,
  SourceDocument,
  SourceSnapshot,
  Start,
  StaticSite,
  Toolchain,
} from './model.ts';
export { planBuild } from './plan.ts';
export { versionWarning } from './versions.ts';
export { type WellKnownFile, wellKnownFile } from './well-known-files.ts';
