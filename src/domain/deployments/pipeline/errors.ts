import { DeploymentFailedError, FAILURE_REASONS, type FailureReason } from '../failure.ts';

/** Thrown while a rollout is under way; deploy.asl.json retries on this name and counts nothing as failed. */
export class RolloutPendingError extends Error {
  constructor() {
    super('The rollout is still under way');
    this.name = 'RolloutPending';
  }
}

/** The name of {@link DeploymentEndedError}, as Catch reports it: no fault of anybody's. */
export const DEPLOYMENT_ENDED = 'DeploymentEnded';

/** Thrown when the deployment has ended meanwhile (cancelled, say): nothing is left to do for its execution. */
export class DeploymentEndedError extends Error {
  constructor(status: string) {
    super(`The deployment has ended: ${status}`);
    this.name = DEPLOYMENT_ENDED;
  }
}

const NAME_PREFIX = 'DeploymentFailed.';

/** The error as a state machine sees it: the reason travels in its name, where Catch can read it. */
export function toTaskError(error: unknown): unknown {
  if (!(error instanceof DeploymentFailedError)) return error;
  const wrapped = new Error(error.message, { cause: error });
  wrapped.name = `${NAME_PREFIX}${error.reason}`;
  return wrapped;
}

/** What Catch hands to the failure task: the error's name, and its message, which Lambda wraps in JSON. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

/** The reason and the text for people of an error that a state machine caught. */
export function readCaughtError(caught: CaughtError): { reason: FailureReason; message: string } {
  const reason = caught.Error.startsWith(NAME_PREFIX) ? caught.Error.slice(NAME_PREFIX.length) : undefined;
  if (reason === undefined || !isReason(reason))
    return { reason: 'internal', message: FAILURE_REASONS.internal };
  return { reason, message: readMessage(caught.Cause) ?? FAILURE_REASONS[reason] };
}

function isReason(text: string): text is FailureReason {
  return Object.hasOwn(FAILURE_REASONS, text);
}

function readMessage(cause: string | undefined): string | undefined {
  if (cause === undefined || !cause.startsWith('{')) return cause;
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // Not Lambda's JSON after all: the text is the message.
  }
  return cause;
}
