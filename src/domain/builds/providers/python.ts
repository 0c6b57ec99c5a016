import type { Toolchain } from '../model.ts';
import { firstFile } from '../snapshot.ts';
import { type BuildContext, type Certainty, draft, type Provider } from './provider.ts';
import { findPythonApp } from './python/app.ts';
import { choosePythonInstall, pip } from './python/installer.ts';
import { type PythonManifest, readPythonManifest } from './python/manifest.ts';
import { type PythonStart, pythonStart } from './python/start.ts';

const MANIFESTS = 'requirements.txt, pyproject.toml, Pipfile, uv.lock, poetry.lock or manage.py';

/** Python projects, in a virtual environment inside the tree. */
export const python: Provider = {
  name: 'python',
  looks_for: `${MANIFESTS}, or a main.py or app.py`,
  programs: [
    'python',
    'python3',
    'gunicorn',
    'uvicorn',
    'hypercorn',
    'daphne',
    'waitress-serve',
    'flask',
    'fastapi',
    'django-admin',
    'streamlit',
    'celery',
    'uv',
    'poetry',
    'pipenv',
  ],
  detect(context) {
    const { snapshot } = context;
    const manifest = readPythonManifest(snapshot);
    const app = findPythonApp(snapshot);
    const found = pythonStart(snapshot, app, manifest.dependencies);
    const start = startOf(context, found);
    const declared = declaringFile(context, manifest);
    if (declared === null && app === null && found.command === null) return null;
    const install = choosePythonInstall(snapshot, manifest);
    const extra = start.extra_packages.length === 0 ? [] : [pip(...start.extra_packages)];
    return draft({
      reasons: [
        `${declared ?? app?.file ?? 'A .py file'}: a Python project.`,
        install.reason,
        ...start.reasons,
      ],
      warnings: [...install.warnings, ...start.warnings],
      toolchains: [pythonToolchain(manifest)],
      install: [...install.commands, ...extra],
      start: start.command,
      no_start: 'no Django, FastAPI, Starlette, Quart or Flask application, no main.py or app.py',
      environment: { PYTHONUNBUFFERED: '1', ...install.environment, ...start.environment },
      path_prefix: ['.venv/bin'],
      certainty: certaintyOf(declared !== null, app !== null),
    });
  },
};

function startOf({ start }: BuildContext, found: PythonStart): PythonStart {
  return start === null ? found : { ...found, command: start, reasons: [], warnings: [], extra_packages: [] };
}

function declaringFile({ snapshot }: BuildContext, manifest: PythonManifest): string | null {
  const file = firstFile(snapshot, ['requirements.txt', 'uv.lock', 'poetry.lock', 'Pipfile', 'manage.py']);
  // Many repositories have a pyproject.toml only to configure tools.
  return file ?? (manifest.has_pyproject ? 'pyproject.toml' : null);
}

function certaintyOf(declared: boolean, has_app: boolean): Certainty {
  if (declared) return 'declared';
  return has_app ? 'found' : 'guessed';
}

function pythonToolchain({ wanted }: PythonManifest): Toolchain {
  return { name: 'Python', commands: ['python3'], ...(wanted === null ? {} : { wanted }) };
}
