import { exec, shell, WORK_FOLDER } from '../../commands.ts';
import type { Command } from '../../model.ts';
import type { PackageManager } from './manager.ts';

const TOOLS = `${WORK_FOLDER}/tools`;

/** Where a package manager that came from the registry has its programs. */
export const TOOLS_PATH = `${TOOLS}/node_modules/.bin`;

/** Puts the manager itself into the tree, so that the build and the app find it, whatever the machine has. */
export function managerInstall(manager: PackageManager): Command[] {
  if (manager.package_spec === null) return [];
  // Not by --prefix: npm would look for the machine's own settings below it, and miss its registry and
  // certificates. The package.json keeps npm from going up to the project's.
  const folder = `mkdir -p ${TOOLS} && cd ${TOOLS} && echo '{"private":true}' >package.json`;
  return [shell(`${folder} && exec npm install --no-audit --no-fund ${manager.package_spec}`)];
}

/** Installs the dependencies as locked. `dev`: what only the build needs, too, although NODE_ENV is production. */
export function dependencyInstall(manager: PackageManager, dev: boolean): Command {
  const locked = manager.lockfile !== null;
  if (manager.name === 'npm') {
    return exec(
      'npm',
      locked ? 'ci' : 'install',
      dev ? '--include=dev' : '--omit=dev',
      '--no-audit',
      '--no-fund',
    );
  }
  if (manager.name === 'pnpm') {
    return exec('pnpm', 'install', locked ? '--frozen-lockfile' : '--no-frozen-lockfile', `--prod=${!dev}`);
  }
  if (manager.name === 'bun') {
    return exec('bun', 'install', ...(locked ? ['--frozen-lockfile'] : []), ...(dev ? [] : ['--production']));
  }
  // Yarn 2 and later has no option of `install` that leaves the development dependencies out.
  if (manager.berry) return exec('yarn', 'install', locked ? '--immutable' : '--no-immutable');
  const frozen = locked ? ['--frozen-lockfile'] : [];
  return exec('yarn', 'install', '--non-interactive', ...frozen, `--production=${!dev}`);
}

/** Runs a script of package.json. */
export function runScript(manager: PackageManager, script: string): Command {
  return exec(manager.name, 'run', script);
}

/** Runs a file, with the dependencies as the manager laid them out. */
export function runFile(manager: PackageManager, file: string): Command {
  if (manager.name === 'bun') return exec('bun', 'run', file);
  return manager.berry ? exec('yarn', 'node', file) : exec('node', file);
}
