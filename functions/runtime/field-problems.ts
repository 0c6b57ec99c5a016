import type * as z from 'zod';
import { statusOf } from '../../src/contracts/http/problem.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import { AppError, type ErrorCode, type FieldProblem } from '../../src/domain/shared/errors.ts';
import { describeIssue } from './field-messages.ts';

const MAX_PROBLEMS = 50;

/** How a schema is asked, so that it says in words for people what is wrong. */
export const WORDING = { error: describeIssue };

/** What a schema has against a part of a request, as an error: the route's own code for a field where it has one.
 *  @param prefix - what comes before the pointers: nothing for the body, `query` for the query */
export function toError(route: Route, error: z.ZodError, prefix: string): AppError {
  const problems = error.issues.flatMap((issue) => toProblems(issue, prefix));
  const exact = problems
    .map((problem) => route.field_errors?.[problem.pointer])
    .find((code): code is ErrorCode => code !== undefined && statusOf(code) === 400);
  const only_pattern = error.issues.every((issue) => issue.code === 'invalid_format');
  return invalid(problems, exact !== undefined && only_pattern ? exact : 'VALIDATION_FAILED');
}

/** An error that names what is wrong with which field. */
export function invalid(problems: readonly FieldProblem[], code: ErrorCode = 'VALIDATION_FAILED'): AppError {
  // A body can be wrong in a hundred thousand ways; the first ones are enough to correct it.
  const shown = problems.slice(0, MAX_PROBLEMS);
  const detail = shown.map((problem) => `${problem.pointer} ${problem.detail}`).join('; ');
  return new AppError(code, { detail, problems: shown });
}

function toProblems(issue: z.core.$ZodIssue, prefix: string): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer(prefix, [...issue.path, key]),
      detail: 'is not known',
    }));
  }
  const messages =
    issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
  return messages.map((detail) => ({ pointer: pointer(prefix, issue.path), detail }));
}

/** RFC 6901 */
export function pointer(prefix: string, path: readonly PropertyKey[]): string {
  const escaped = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100));
  return `${prefix}/${escaped.join('/')}`;
}
