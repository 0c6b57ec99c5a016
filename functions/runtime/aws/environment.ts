import process from 'node:process';
import type { EnvironmentName } from '../../../src/contracts/functions/environment.ts';

/** A variable that the function can't do without. @throws Error naming it: the stack that made the function is wrong */
export function required(name: EnvironmentName | 'AWS_REGION'): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The function's environment lacks ${name}`);
  return value;
}

/** LOG_LEVEL, where a wrong one counts as info (the brief). */
export function logLevel(): string | undefined {
  return process.env['LOG_LEVEL' satisfies EnvironmentName];
}
