import * as z from 'zod';

// Step Functions writes moments of CodeBuild as numbers; which unit they have isn't documented, so the size tells.
const LEAST_MILLISECONDS = 1e11;

const momentSchema = z.union([z.number(), z.iso.datetime({ offset: true })]).transform((moment) => {
  if (typeof moment === 'string') return Date.parse(moment);
  return moment < LEAST_MILLISECONDS ? moment * 1000 : moment;
});

const momentsSchema = z.array(momentSchema).catch([]);

/** The moments at which a build and its phases began and ended, as the state `Build` selects them: for nobody knows
 *  beforehand which of them a build has. @returns how long it all took in milliseconds; undefined when that isn't told */
export const buildTimesSchema = z
  .object({ started_at: momentsSchema, ended_at: momentsSchema })
  .transform(({ started_at, ended_at }) => {
    if (started_at.length === 0 || ended_at.length === 0) return { duration_ms: undefined };
    return { duration_ms: Math.max(0, Math.round(Math.max(...ended_at) - Math.min(...started_at))) };
  })
  .catch({ duration_ms: undefined });
