import type { SourceSnapshot } from '../../model.ts';
import { hasFile, textOf } from '../../snapshot.ts';

/** A web application object in a Python file. */
export interface PythonApp {
  readonly framework: 'django' | 'asgi' | 'flask';
  /** The framework's name for people. */
  readonly name: string;
  readonly file: string;
  /** Dotted module name. */
  readonly module: string;
  /** The object's name in the module, `create_app()` when a function makes it. */
  readonly target: string;
  /** Folder to add to the module search path; null for the root. */
  readonly python_path: string | null;
}

interface Framework {
  readonly framework: PythonApp['framework'];
  readonly name: string;
  readonly constructor_name: string;
}

const FRAMEWORKS: readonly Framework[] = [
  { framework: 'asgi', name: 'FastAPI', constructor_name: 'FastAPI' },
  { framework: 'asgi', name: 'Starlette', constructor_name: 'Starlette' },
  { framework: 'asgi', name: 'Quart', constructor_name: 'Quart' },
  { framework: 'flask', name: 'Flask', constructor_name: 'Flask' },
];

/** File names in the order in which they are likely to hold the application. */
const USUAL_NAMES = ['main', 'app', 'application', 'wsgi', 'asgi', 'server', 'api', 'run', '__init__'];

/** Finds the application: Django by manage.py, the others by the line that makes the object. */
export function findPythonApp(snapshot: SourceSnapshot): PythonApp | null {
  return findDjango(snapshot) ?? findByConstructor(snapshot) ?? findByFactory(snapshot);
}

function findDjango(snapshot: SourceSnapshot): PythonApp | null {
  if (!hasFile(snapshot, 'manage.py')) return null;
  const settings = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(
    textOf(snapshot, 'manage.py') ?? '',
  );
  const stated = settings?.[1]?.split('.')[0];
  const found = snapshot.files
    .map((file) => /^(\w+)\/wsgi\.py$/.exec(file)?.[1])
    .find((name) => name !== undefined);
  const project = stated !== undefined && hasFile(snapshot, `${stated}/wsgi.py`) ? stated : found;
  return {
    framework: 'django',
    name: 'Django',
    file: 'manage.py',
    module: project === undefined ? '' : `${project}.wsgi`,
    target: 'application',
    python_path: null,
  };
}

function findByConstructor(snapshot: SourceSnapshot): PythonApp | null {
  for (const file of candidates(snapshot)) {
    const text = textOf(snapshot, file) ?? '';
    for (const { framework, name, constructor_name } of FRAMEWORKS) {
      const target = assignedName(text, constructor_name);
      if (target !== null) return { framework, name, file, target, ...moduleOf(snapshot, file) };
    }
  }
  return null;
}

/** An application that a function makes: the object that a file gets from it, else the function itself. */
function findByFactory(snapshot: SourceSnapshot): PythonApp | null {
  const files = candidates(snapshot);
  const framework = FRAMEWORKS.find(({ constructor_name }) =>
    files.some((file) => new RegExp(`\\b${constructor_name}\\(`).test(textOf(snapshot, file) ?? '')),
  );
  if (framework === undefined) return null;
  for (const find of [madeByFactory, factoryCall]) {
    for (const file of files) {
      const target = find(textOf(snapshot, file) ?? '', framework);
      if (target !== null) return { ...framework, file, target, ...moduleOf(snapshot, file) };
    }
  }
  return null;
}

function madeByFactory(text: string): string | null {
  return /^(\w+)[ \t]*=[ \t]*(?:\w+\.)?(?:create|make)_app\(/m.exec(text)?.[1] ?? null;
}

function factoryCall(text: string, { constructor_name }: Framework): string | null {
  if (!text.includes(`${constructor_name}(`)) return null;
  const [, name, parameters = ''] = /^def[ \t]+((?:create|make)_app)\(([^)]{0,500})\)/m.exec(text) ?? [];
  const all_optional = parameters.split(',').every((part) => part.trim() === '' || /[=*]/.test(part));
  return name !== undefined && all_optional ? `${name}()` : null;
}

function assignedName(text: string, constructor_name: string): string | null {
  const pattern = new RegExp(`^(\\w+)[ \\t]*(?::[^=\\n]+)?=[ \\t]*(?:\\w+\\.)*${constructor_name}\\(`, 'm');
  return pattern.exec(text)?.[1] ?? null;
}

/** Python files by how likely they hold the application: the root first, then usual names, then by name. */
function candidates(snapshot: SourceSnapshot): string[] {
  const files = Object.keys(snapshot.documents).filter((path) => /^(?:\w+\/)?\w+\.py$/.test(path));
  return files
    .filter((path) => !/(?:^|\/)(?:test_\w+|conftest|setup)\.py$|^tests?\//.test(path))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(path: string): number {
  const in_folder = path.includes('/');
  const name = path.slice(path.indexOf('/') + 1, -'.py'.length);
  const index = USUAL_NAMES.indexOf(name);
  return (in_folder ? 100 : 0) + (index === -1 ? USUAL_NAMES.length : index);
}

function moduleOf(snapshot: SourceSnapshot, file: string): Pick<PythonApp, 'module' | 'python_path'> {
  const dotted = file
    .slice(0, -'.py'.length)
    .replace('/', '.')
    .replace(/\.__init__$/, '');
  // A src folder that isn't a package itself is where modules are looked for.
  if (!file.startsWith('src/') || hasFile(snapshot, 'src/__init__.py'))
    return { module: dotted, python_path: null };
  return { module: dotted.replace(/^src\./, ''), python_path: 'src' };
}
