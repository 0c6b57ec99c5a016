import { exec, shell } from '../../commands.ts';
import type { Command, SourceSnapshot } from '../../model.ts';
import { firstFile } from '../../snapshot.ts';
import type { PythonApp } from './app.ts';

/** How a Python project is started, and why. */
export interface PythonStart {
  readonly command: Command | null;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** Packages that the command needs and the project doesn't list. */
  readonly extra_packages: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const ADDRESS = '0.0.0.0:$PORT';

/** Finds how to start the project when neither railway.json nor the Procfile says it. */
export function pythonStart(
  snapshot: SourceSnapshot,
  app: PythonApp | null,
  dependencies: ReadonlySet<string>,
): PythonStart {
  if (app === null) return startScript(snapshot);
  const reasons = [
    `${app.file}: a ${app.name} application${app.framework === 'django' ? '' : `, ${app.target}`}.`,
  ];
  const environment = app.python_path === null ? {} : { PYTHONPATH: app.python_path };
  return { ...serverFor(app, dependencies), reasons, environment };
}

type Server = Pick<PythonStart, 'command' | 'warnings' | 'extra_packages'>;

function serverFor(app: PythonApp, dependencies: ReadonlySet<string>): Server {
  if (app.framework === 'asgi') return asgi(app, dependencies);
  if (dependencies.has('gunicorn') && app.module !== '') return gunicorn(app);
  return app.framework === 'django' ? djangoServer() : flaskServer(app);
}

function gunicorn({ module, target, framework }: PythonApp): Server {
  const application = framework === 'django' ? module : `${module}:${target}`;
  return server(`-m gunicorn --bind "${ADDRESS}" --access-logfile - '${application}'`);
}

function asgi(app: PythonApp, dependencies: ReadonlySet<string>): Server {
  const factory = app.target.endsWith('()');
  const application = `${app.module}:${factory ? app.target.slice(0, -2) : app.target}`;
  const options = `--host 0.0.0.0 --port "$PORT"${factory ? ' --factory' : ''}`;
  const { command } = server(`-m uvicorn '${application}' ${options}`);
  if (
    dependencies.has('uvicorn') ||
    dependencies.has('fastapi[standard]') ||
    dependencies.has('fastapi[all]')
  ) {
    return { command, warnings: [], extra_packages: [] };
  }
  const warning =
    'uvicorn is not among the dependencies: it is installed, in whatever version is newest. Add it.';
  return { command, warnings: [warning], extra_packages: ['uvicorn'] };
}

function djangoServer(): Server {
  const { command } = server(`manage.py runserver --noreload "${ADDRESS}"`);
  return { command, warnings: [developmentServer('Django')], extra_packages: [] };
}

function flaskServer({ module, target }: PythonApp): Server {
  const { command } = server(`-m flask --app '${module}:${target}' run --host 0.0.0.0 --port "$PORT"`);
  return { command, warnings: [developmentServer('Flask')], extra_packages: [] };
}

/** Through the interpreter: the environment's own scripts name the folder that they were installed in. */
function server(args: string): Server {
  return { command: shell(`exec python3 ${args}`), warnings: [], extra_packages: [] };
}

function startScript(snapshot: SourceSnapshot): PythonStart {
  const file = firstFile(snapshot, ['main.py', 'app.py']);
  return {
    command: file === null ? null : exec('python3', file),
    reasons: file === null ? [] : [`${file} is started.`],
    warnings: [],
    extra_packages: [],
    environment: {},
  };
}

function developmentServer(framework: string): string {
  return `${framework}'s development server is used, because gunicorn is not among the dependencies. Add it.`;
}
