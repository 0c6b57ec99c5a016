/**
 * The closed list of reasons for which a deployment fails, each with one text for people.
 * A new reason is one entry here; the API's schema, the documentation and the tests read this list.
 */
export const FAILURE_REASONS = {
  repository_not_found:
    'The repository could not be read. Check the address, and that this installation may reach it.',
  repository_too_large:
    'The repository is larger than this installation accepts. Take what is large out of it.',
  ref_not_found:
    'The repository has no such branch, tag or commit. Check its spelling, and that it was pushed.',
  nothing_detected: 'Nothing in the repository says how to build or start it.',
  invalid_config: 'A configuration file in the repository can not be read. Correct it and deploy again.',
  toolchain_missing: 'This machine lacks a program that the build needs.',
  build_failed: 'A build command failed. The build log has its output.',
  build_timeout: 'The build took longer than it may. The build log shows how far it came.',
  pre_deploy_failed: 'The pre-deploy command failed. The log has its output.',
  app_exited: 'The app ended before it answered its first health check. Its log may say why.',
  healthcheck_failed:
    'The app did not answer its health check in time. It has to listen on the port in the PORT variable; its log may say more.',
  wrong_port: 'The app listens on another port than the one in the PORT variable.',
  out_of_memory: 'It used more memory than it may. Let it hold less at once.',
  storage_full: 'The disk is full. Free some of it, then deploy again.',
  interrupted: 'The platform stopped while this deployment was under way. Deploy again.',
  internal:
    'Something went wrong on our side. Deploy again; if it stays, tell whoever runs this installation.',
} as const;

export type FailureReason = keyof typeof FAILURE_REASONS;

/** Why a deployment failed: `message` is the reason's text with the particulars, for people. */
export interface DeploymentFailure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** Thrown by anything in the pipeline that knows why a deployment can't go on. */
export class DeploymentFailedError extends Error {
  readonly reason: FailureReason;

  /** @param reason - from {@link FAILURE_REASONS}
   *  @param detail - the particulars (exit code, ref name...), shown to people after the reason's text
   *  @param cause - for the log only */
  constructor(reason: FailureReason, detail?: string, cause?: unknown) {
    const text = FAILURE_REASONS[reason];
    super(detail === undefined ? text : `${text} ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'DeploymentFailed';
    this.reason = reason;
  }
}
