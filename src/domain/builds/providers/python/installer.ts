import { exec, shell, WORK_FOLDER } from '../../commands.ts';
import type { Command, SourceSnapshot } from '../../model.ts';
import { hasFile } from '../../snapshot.ts';
import type { PythonManifest } from './manifest.ts';

/** How a Python project's dependencies get into its virtual environment. */
export interface PythonInstall {
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly commands: readonly Command[];
  readonly environment: Readonly<Record<string, string>>;
}

const TOOLS = `${WORK_FOLDER}/tools`;
const PYTHON = '.venv/bin/python3';
const PIP = [PYTHON, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'] as const;

/**
 * Chooses by lockfile first: uv.lock, poetry.lock, Pipfile.lock, requirements.txt, pyproject.toml, Pipfile.
 * uv, Poetry and Pipenv come from PyPI into an environment of their own, since few machines have them.
 */
export function choosePythonInstall(snapshot: SourceSnapshot, manifest: PythonManifest): PythonInstall {
  if (hasFile(snapshot, 'uv.lock')) return withUv();
  if (hasFile(snapshot, 'poetry.lock')) return withPoetry('poetry.lock', []);
  if (hasFile(snapshot, 'Pipfile.lock')) return withPipenv('Pipfile.lock', 'sync', []);
  if (manifest.has_requirements) {
    const reason = 'requirements.txt: dependencies are installed by pip.';
    return withPip(reason, [pip('-r', 'requirements.txt')]);
  }
  if (manifest.is_poetry) return withPoetry('pyproject.toml', unlocked('poetry.lock'));
  if (manifest.has_pyproject) return withPip(...projectInstall(manifest));
  if (manifest.has_pipfile) return withPipenv('Pipfile', 'install', unlocked('Pipfile.lock'));
  const warning = 'No requirements.txt, pyproject.toml or Pipfile: no packages are installed.';
  return { ...withPip('No dependencies: nothing to install.', []), warnings: [warning] };
}

/** Adds packages that the start command needs and the project doesn't list. */
export function pip(...args: readonly string[]): Command {
  return exec(...PIP, ...args);
}

function withPip(reason: string, commands: readonly Command[]): PythonInstall {
  return { reason, warnings: [], commands: [virtualEnvironment('.venv'), ...commands], environment: {} };
}

function projectInstall({ is_package, project_dependencies }: PythonManifest): [string, Command[]] {
  if (is_package) return ['pyproject.toml: the project is installed by pip.', [pip('.')]];
  // Without a build system pip would guess at packages, and refuse a folder that has several.
  const commands = project_dependencies.length === 0 ? [] : [pip('--', ...project_dependencies)];
  return ['pyproject.toml: its dependencies are installed by pip.', commands];
}

function withUv(): PythonInstall {
  return {
    reason: 'uv.lock: dependencies are installed by uv as it locks them.',
    warnings: [],
    commands: [...tool('uv'), exec(`${TOOLS}/bin/uv`, 'sync', '--frozen', '--no-dev', '--python', PYTHON)],
    // A Python that uv downloads would lie outside the tree, where the app can't reach it.
    environment: { UV_PYTHON_DOWNLOADS: 'never', UV_LINK_MODE: 'copy' },
  };
}

function withPoetry(file: string, warnings: readonly string[]): PythonInstall {
  return {
    reason: `${file}: dependencies are installed by Poetry.`,
    warnings,
    commands: [
      ...tool('poetry>=2,<3'),
      exec(`${TOOLS}/bin/poetry`, 'install', '--only', 'main', '--no-root', '--no-interaction', '--no-ansi'),
    ],
    environment: { POETRY_VIRTUALENVS_IN_PROJECT: 'true' },
  };
}

function withPipenv(file: string, verb: string, warnings: readonly string[]): PythonInstall {
  return {
    reason: `${file}: dependencies are installed by Pipenv.`,
    warnings,
    commands: [...tool('pipenv'), exec(`${TOOLS}/bin/pipenv`, verb)],
    environment: { PIPENV_VENV_IN_PROJECT: '1', PIPENV_NOSPIN: '1', PIPENV_YES: '1' },
  };
}

function tool(requirement: string): Command[] {
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', requirement];
  return [virtualEnvironment('.venv'), virtualEnvironment(TOOLS), exec(`${TOOLS}/bin/python3`, ...install)];
}

/**
 * Made from outside the tree: version managers stand in for python3, and fail inside a folder whose
 * .python-version names a version that the machine lacks. That is to be a warning.
 */
function virtualEnvironment(folder: string): Command {
  return shell(`tree="$PWD" && cd / && exec python3 -m venv "$tree/${folder}"`);
}

function unlocked(lockfile: string): string[] {
  return [`No ${lockfile}: each build may install other versions. Commit it.`];
}
