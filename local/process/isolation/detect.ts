import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { PATH_VARIABLES } from '../environment.ts';
import type { IsolationLevel } from '../types.ts';
import { type BubblewrapOptions, bubblewrapSandbox } from './bubblewrap.ts';
import { PLAIN_SANDBOX, type Sandbox } from './sandbox.ts';
import { isInside, SYSTEM_FOLDERS, toolchainBinds } from './toolchains.ts';
import { blockedFolder, userSandbox } from './user.ts';

const run = promisify(execFile);
const HELPER_FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'];

export interface IsolationOptions {
  readonly level: 'auto' | IsolationLevel;
  /** The platform's data folder: hidden from commands, and where their folders are. */
  readonly home: string;
  /** The operator's environment as builds see it; PATH and the certificate variables say what to bind. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A level that can't be had, and why. */
export class IsolationUnavailableError extends Error {
  readonly level: IsolationLevel;

  constructor(level: IsolationLevel, reason: string, cause?: unknown) {
    super(`The isolation level "${level}" is not available: ${reason}`, { cause });
    this.name = 'IsolationUnavailable';
    this.level = level;
  }
}

/**
 * The strongest sandbox that works here, or the one asked for.
 * @throws IsolationUnavailableError when the one asked for does not work
 */
export async function detectSandbox(options: IsolationOptions): Promise<Sandbox> {
  const makers = { bubblewrap: makeBubblewrap, user: makeUser, none: async () => PLAIN_SANDBOX };
  if (options.level !== 'auto') return makers[options.level](options);
  for (const level of ['bubblewrap', 'user'] as const) {
    try {
      return await makers[level](options);
    } catch (error) {
      if (!(error instanceof IsolationUnavailableError)) throw error;
    }
  }
  return PLAIN_SANDBOX;
}

async function makeBubblewrap(options: IsolationOptions): Promise<Sandbox> {
  if (process.platform !== 'linux') throw new IsolationUnavailableError('bubblewrap', 'it needs Linux.');
  const bwrap = await findHelper('bwrap');
  if (bwrap === null) throw new IsolationUnavailableError('bubblewrap', 'bwrap is not installed.');
  const sandbox = bubblewrapSandbox({
    bwrap,
    setpriv: await setprivForRoot('bubblewrap'),
    features: await featuresOf(bwrap),
    toolchains: await toolchainBinds(options.environment['PATH'] ?? '', [options.home, ...operatorHome()]),
    host_files: await hostFiles(options.environment),
  } satisfies BubblewrapOptions);
  await probe(sandbox);
  return sandbox;
}

async function makeUser(options: IsolationOptions): Promise<Sandbox> {
  if (process.platform !== 'linux') throw new IsolationUnavailableError('user', 'it needs Linux.');
  const setpriv = await setprivForRoot('user');
  if (setpriv === null) throw new IsolationUnavailableError('user', 'the platform does not run as root.');
  const blocked = await blockedFolder(await realpath(options.home));
  if (blocked !== null) {
    throw new IsolationUnavailableError(
      'user',
      `other users may not enter ${blocked}, so BRANCHLINE_HOME has to be elsewhere.`,
    );
  }
  const sandbox = userSandbox(setpriv);
  await probe(sandbox);
  return sandbox;
}

/** Runs `true` in the sandbox: user namespaces may be forbidden, or mounts, and only trying tells. */
async function probe(sandbox: Sandbox): Promise<void> {
  const request = {
    cwd: '/usr',
    writable_paths: [],
    readable_paths: [],
    memory_limit_bytes: 1024 * 1024,
    user_id: 65534,
  };
  const [program = '', ...args] = await sandbox.wrap(request);
  try {
    await run(program, [...args, 'true'], { env: { PATH: HELPER_FOLDERS.join(delimiter) }, timeout: 10_000 });
  } catch (error) {
    throw new IsolationUnavailableError(sandbox.level, `${program} does not work on this machine.`, error);
  }
}

async function setprivForRoot(level: IsolationLevel): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  const setpriv = await findHelper('setpriv');
  if (setpriv === null) throw new IsolationUnavailableError(level, 'setpriv is not installed.');
  return setpriv;
}

function operatorHome(): string[] {
  try {
    return [homedir()];
  } catch {
    // A user without a home has none to hide.
    return [];
  }
}

async function featuresOf(bwrap: string): Promise<ReadonlySet<string>> {
  const { stdout } = await run(bwrap, ['--help'], { env: {} });
  return new Set(stdout.match(/--[a-z-]+/g) ?? []);
}

/** Not on the caller's PATH, which may hold folders that others write to. */
async function findHelper(name: string): Promise<string | null> {
  for (const folder of HELPER_FOLDERS) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

async function hostFiles(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const named = PATH_VARIABLES.flatMap((name) => environment[name]?.split(/[\s:]+/) ?? []);
  const outside = named.filter(
    (path) => isAbsolute(path) && !SYSTEM_FOLDERS.some((folder) => isInside(path, folder)),
  );
  const present = await Promise.all(
    [...new Set(outside)].map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return present.flat();
}
