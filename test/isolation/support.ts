import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hostEnvironment, type ProcessRunnerOptions } from '../../local/process/index.ts';
import { type Bench, makeBench } from '../unit/local/process/support.ts';

/** The user that commands run as, unlike any that owns something on the machine. */
export const APP_USER_ID = 61_234;

/** A folder that other users may enter, as the level `user` needs; not /tmp, which sandboxes replace. */
export const OPEN_FOLDER = '/var/tmp';

/** Variables that builds get here. */
export const BUILD_ENVIRONMENT = hostEnvironment(process.env);

/** A runner that must have the level and guard it is asked for. */
export function makeSandbox(
  level: 'bubblewrap' | 'user',
  options: Partial<ProcessRunnerOptions> = {},
): Promise<Bench> {
  return makeBench({ level, memory: 'cgroup', default_user_id: APP_USER_ID, ...options }, OPEN_FOLDER);
}

/** Runs a program of the machine, outside of any sandbox, and gives its output. */
export async function hostOutput(program: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout;
}
