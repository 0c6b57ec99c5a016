import process from 'node:process';
import type { EnvironmentName } from '../../../src/contracts/functions/environment.ts';

/** A variable that the function can't do without. @throws Error naming it: the stack that made the function is wrong */
export function required(name: EnvironmentName | 'AWS_REGION'): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The function's environment lacks ${name}`);
  return value;
}

/** A variable that the function can do without; undefined when it is missing or empty. */
export function optional(name: EnvironmentName): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** LOG_LEVEL, where a wrong one counts as info (the brief). */
export function logLevel(): string | undefined {
  return process.env['LOG_LEVEL' satisfies EnvironmentName];
}

/** BRANCHLINE_RATE_LIMIT: requests a minute; undefined for the defaults. @throws Error when it is no number */
export function rateLimit(): number | undefined {
  const text = process.env['BRANCHLINE_RATE_LIMIT' satisfies EnvironmentName] ?? '';
  if (text === '') return undefined;
  const per_minute = Number(text);
  if (Number.isSafeInteger(per_minute) && per_minute >= 0) return per_minute;
  throw new Error('BRANCHLINE_RATE_LIMIT must be a whole number');
}

/** A function's name without its stage: `await-rollout` for `branchline-prod-await-rollout`. */
export function shortName(function_name: string): string {
  return function_name.replace(
    `branchline-${process.env['BRANCHLINE_STAGE' satisfies EnvironmentName]}-`,
    '',
  );
}
