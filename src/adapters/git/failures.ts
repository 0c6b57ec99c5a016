import { DeploymentFailedError, type FailureReason } from '../../domain/deployments/index.ts';
import { redactUserinfo } from './address.ts';
import type { ProcessResult } from './process.ts';

const MAX_MESSAGE_CHARS = 300;

/** A git command that ended badly; {@link toFailure} makes of it what people see. */
export class GitCommandError extends Error {
  readonly result: ProcessResult;
  /** Lines of standard error that git itself wrote, without the server's `remote:` chatter. */
  readonly own_lines: readonly string[];

  constructor(result: ProcessResult) {
    const lines = result.stderr.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('remote:'));
    const own_lines = lines.map((line) => redactUserinfo(line).trim());
    super(`git ended with ${result.exit_code ?? result.exit_signal}: ${own_lines.join(' | ')}`);
    this.name = 'GitCommandError';
    this.result = result;
    this.own_lines = own_lines;
  }

  /** True when git said so itself. */
  says(pattern: RegExp): boolean {
    return this.own_lines.some((line) => pattern.test(line));
  }
}

interface Rule {
  readonly pattern: RegExp;
  readonly reason: FailureReason;
  /** Replaces git's own words. */
  readonly detail?: string;
}

const RULES: readonly Rule[] = [
  { pattern: /no space left on device|disk quota exceeded/i, reason: 'storage_full' },
  { pattern: /file too large/i, reason: 'repository_too_large' },
  {
    pattern: /remote-https' is not a git command|unable to find remote helper/i,
    reason: 'toolchain_missing',
    detail: "git's support for https is not installed.",
  },
  {
    pattern: /could not read (username|password)|authentication failed|returned error: 40[13]/i,
    reason: 'repository_not_found',
    detail: 'The server asks for credentials: the repository is private, or is not there.',
  },
  {
    pattern: /returned error: 30\d|unable to update url base/i,
    reason: 'repository_not_found',
    detail: 'The server redirects to another address, which is not followed: give the final address.',
  },
];

/** True when the server answered with a redirect, which we never follow. */
export function isRedirect(error: unknown): boolean {
  return error instanceof GitCommandError && error.says(/returned error: 30\d|unable to update url base/i);
}

/** True when git could not reach the server, or the server has no room or is being mended. What it says of one repository,
 *  a 404 or a 500, is no trouble of the server's. */
export function isServerTrouble(error: unknown): boolean {
  if (!(error instanceof GitCommandError)) return false;
  return error.says(/unable to access/i) && !error.says(/returned error: (?!429|50[234])/i);
}

/** True when the repository was reached but lacks the object or ref. */
export function isRefMissing(error: unknown): boolean {
  return error instanceof GitCommandError && error.says(/not our ref|couldn't find remote ref/i);
}

/** True when the server may have the object but hands out only what its refs point to. */
export function isShaRefused(error: unknown): boolean {
  return error instanceof GitCommandError && error.says(/unadvertised object|remote did not send all/i);
}

/** What a failed git command or file operation means for the deployment. */
export function toFailure(error: unknown): unknown {
  if (error instanceof GitCommandError) return fromGit(error);
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) {
    return new DeploymentFailedError('storage_full', undefined, error);
  }
  return error;
}

function fromGit(error: GitCommandError): DeploymentFailedError {
  const { exit_code, exit_signal } = error.result;
  if (exit_code === 127)
    return new DeploymentFailedError('toolchain_missing', 'git is not installed.', error);
  const rule = RULES.find(({ pattern }) => error.says(pattern));
  if (rule !== undefined) return new DeploymentFailedError(rule.reason, rule.detail, error);
  if (exit_code === null)
    return new DeploymentFailedError('internal', `git was ended by ${exit_signal}.`, error);
  return new DeploymentFailedError('repository_not_found', summary(error.own_lines), error);
}

function summary(lines: readonly string[]): string {
  const line = lines.find((text) => /^(fatal|error):/.test(text)) ?? lines[0] ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a server can put anything into git's messages.
  const clean = line.replace(/^(fatal|error):\s*/, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  return clean === '' ? 'git gave no reason.' : `git says: ${clean.slice(0, MAX_MESSAGE_CHARS)}`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
