import * as z from 'zod';
import { type AppError, ERROR_CATEGORIES, ERRORS, type ErrorCode } from '../../domain/shared/errors.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457 problem details, with the fields that clients switch on. */
export const problemSchema = z.strictObject({
  type: z.string().meta({ description: 'Address of the code’s documentation page' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  category: z.enum(Object.keys(ERROR_CATEGORIES) as [string, ...string[]]),
  request_id: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The HTTP status of a code. */
export function statusOf(code: ErrorCode): number {
  const definition = ERRORS[code];
  return 'status' in definition ? definition.status : ERROR_CATEGORIES[definition.category];
}

/** Where a code is documented, relative to the API. */
export function documentationPath(code: ErrorCode): string {
  return `/errors/${code}`;
}

/** The answer's body for an error: nothing of its cause is in it. */
export function toProblem(error: AppError, instance: string, request_id: string): Problem {
  const definition = ERRORS[error.code];
  return {
    type: documentationPath(error.code),
    title: definition.title,
    status: statusOf(error.code),
    detail: error.detail,
    instance,
    code: error.code,
    category: definition.category,
    request_id,
    ...(error.problems.length === 0 ? {} : { errors: error.problems.map((problem) => ({ ...problem })) }),
  };
}
