import * as z from 'zod';
import {
  type CaughtError,
  DeploymentFailedError,
  type DeploymentFailure,
  type FailureReason,
} from '../../../domain/deployments/index.ts';

interface Meaning {
  readonly reason: FailureReason;
  readonly detail?: string;
}

/** The exit codes of state-machines/build/build.sh. Any other is a fault of ours. */
const EXIT_CODES: ReadonlyMap<number, Meaning> = new Map([
  [20, { reason: 'build_failed' }],
  [21, { reason: 'build_timeout' }],
  [22, { reason: 'out_of_memory', detail: 'It was the image build.' }],
  [23, { reason: 'storage_full', detail: 'It was the image build.' }],
  [24, { reason: 'invalid_config', detail: 'The Dockerfile that it names is not in the repository.' }],
  [25, { reason: 'build_failed', detail: 'The image is larger than this installation accepts.' }],
]);

const OUR_FAULT: Meaning = { reason: 'internal' };
const NO_MACHINE: Meaning = { reason: 'internal', detail: 'No build machine was free in time.' };
const STOPPED: Meaning = { reason: 'interrupted' };

const buildSchema = z.object({
  BuildStatus: z.string(),
  Phases: z
    .array(
      z.object({
        PhaseType: z.string().optional(),
        PhaseStatus: z.string().optional(),
        Contexts: z.array(z.object({ Message: z.string().nullish() })).nullish(),
      }),
    )
    .nullish(),
});
type Build = z.infer<typeof buildSchema>;
const causeSchema = z.union([z.object({ Build: buildSchema }).transform(({ Build }) => Build), buildSchema]);

/**
 * What a failed `codebuild:startBuild.sync` means for the deployment. Nothing of the cause itself is passed on: it holds the
 * build's ticket.
 * @param cause - the build as JSON, which Step Functions may cut off
 * @returns undefined for a text that is no build
 */
export function describeBuildFailure(cause: string): DeploymentFailure | undefined {
  const build = parseBuild(cause);
  if (build === undefined) return undefined;
  const { reason, detail } = meaningOf(build);
  return { reason, message: new DeploymentFailedError(reason, detail).message };
}

/** An error that a state machine caught, in the form in which the pipeline reads its own: the reason of a build's failure
 *  becomes its name. Any other stays as it is. */
export function nameBuildFailure(caught: CaughtError): CaughtError {
  const failure = caught.Cause === undefined ? undefined : describeBuildFailure(caught.Cause);
  if (failure === undefined) return caught;
  return { Error: `DeploymentFailed.${failure.reason}`, Cause: failure.message };
}

function meaningOf({ BuildStatus, Phases }: Build): Meaning {
  const phases = Phases ?? [];
  if (BuildStatus === 'STOPPED') return STOPPED;
  if (BuildStatus === 'TIMED_OUT') {
    const was_queued = phases.some(
      ({ PhaseType, PhaseStatus }) => PhaseType === 'QUEUED' && PhaseStatus === 'TIMED_OUT',
    );
    return was_queued ? NO_MACHINE : { reason: 'build_timeout' };
  }
  const messages = phases.flatMap(({ Contexts }) => Contexts ?? []).map(({ Message }) => Message ?? '');
  const codes = messages.map(exitCode).filter((code) => code !== undefined);
  return EXIT_CODES.get(codes[0] ?? -1) ?? OUR_FAULT;
}

function exitCode(message: string): number | undefined {
  const code = /\bexit status (\d{1,3})\b/.exec(message)?.[1];
  return code === undefined ? undefined : Number(code);
}

function parseBuild(cause: string): Build | undefined {
  if (!cause.startsWith('{')) return undefined;
  try {
    return causeSchema.safeParse(JSON.parse(cause)).data;
  } catch {
    // Cut off: what is there of it may still say enough.
    return scanBuild(cause);
  }
}

function scanBuild(cause: string): Build | undefined {
  const BuildStatus = /"BuildStatus":\s*"([A-Z_]{1,20})"/.exec(cause)?.[1];
  if (BuildStatus === undefined) return undefined;
  const Message = /Reason: exit status \d{1,3}/.exec(cause)?.[0];
  return { BuildStatus, Phases: [{ Contexts: [{ Message }] }] };
}
