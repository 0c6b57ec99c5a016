import * as z from 'zod';

// Step Functions writes moments of CodeBuild as numbers; which unit they have isn't documented, so the size tells.
const LEAST_MILLISECONDS = 1e11;
/** What a build does before it has its machine: nobody pays for waiting. */
const WAITING = new Set(['SUBMITTED', 'QUEUED']);

const momentSchema = z.union([z.number(), z.iso.datetime({ offset: true })]).transform((moment) => {
  if (typeof moment === 'string') return Date.parse(moment);
  return moment < LEAST_MILLISECONDS ? moment * 1000 : moment;
});

const phasesSchema = z.array(
  z.object({
    PhaseType: z.string(),
    StartTime: momentSchema.optional().catch(undefined),
    EndTime: momentSchema.optional().catch(undefined),
  }),
);
type Phases = z.output<typeof phasesSchema>;

/** A build's phases as the state `Build` selects them, by a path that can't miss: it gives a list of what it finds, and the
 *  laptop's interpreter a single find as it is.
 *  Parsed, it is how long the build had its machine, in milliseconds; undefined where that isn't told. */
export const buildTimesSchema = z
  .object({
    phases: z
      .array(z.unknown())
      .transform((found) => found.flat())
      .pipe(phasesSchema),
  })
  .transform(({ phases }) => ({ duration_ms: durationOf(phases) }))
  .catch({ duration_ms: undefined });

const causeSchema = z.object({ Build: z.object({ Phases: phasesSchema }) });

/** How long a build that failed had its machine, in milliseconds.
 *  @param cause - as Catch reports it: the build as JSON, which may be cut off
 *  @returns undefined for the cause of anything else, and where it isn't told */
export function readFailedBuildDuration(cause: string | undefined): number | undefined {
  if (cause === undefined || !cause.startsWith('{')) return undefined;
  try {
    const { Build } = causeSchema.parse(JSON.parse(cause));
    return durationOf(Build.Phases);
  } catch {
    // Cut off, or no build: then the time since the step began counts.
    return undefined;
  }
}

function durationOf(phases: Phases): number | undefined {
  if (phases.length === 0) return undefined;
  const active = phases.filter(({ PhaseType }) => !WAITING.has(PhaseType));
  const starts = active.flatMap(({ StartTime }) => StartTime ?? []);
  const ends = active.flatMap(({ EndTime }) => EndTime ?? []);
  // It never got a machine.
  if (starts.length === 0 || ends.length === 0) return 0;
  return Math.max(0, Math.round(Math.max(...ends) - Math.min(...starts)));
}
