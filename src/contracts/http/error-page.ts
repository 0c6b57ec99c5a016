import { ERRORS, type ErrorCode } from '../../domain/shared/errors.ts';
import { statusOf } from './problem.ts';

/** An error code's page: served at `/errors/CODE`, and committed as docs/errors/CODE.md. */
export function createErrorPage(code: ErrorCode): string {
  const { category, title, remedy } = ERRORS[code];
  return [
    `# ${code}`,
    '',
    `**${title}.**`,
    '',
    `HTTP status ${statusOf(code)}, category \`${category}\`.`,
    '',
    '## What to do',
    '',
    remedy,
    '',
  ].join('\n');
}
