import type { BuildPlan, SourceSnapshot } from './model.ts';
import { textOf } from './snapshot.ts';

const NODE_FILES = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
];
const PYTHON_FILES =
  /^(?:pyproject\.toml|uv\.lock|poetry\.lock|Pipfile(?:\.lock)?|requirements(?:\/[\w-]+|[\w-]*)\.txt)$/;
const GO_FILES = ['go.mod', 'go.sum'];
/** Scripts that run during an install, and may need the sources. */
const LIFECYCLE_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/**
 * The files that the install commands read, where they surely read no others: then these alone are copied before the
 * install, and a change to the sources doesn't install again. Empty where the install may need the sources.
 */
export function dependencyFiles(plan: BuildPlan, snapshot: SourceSnapshot | undefined): readonly string[] {
  if (snapshot === undefined || plan.install.length === 0) return [];
  switch (plan.provider) {
    case 'node':
      return nodeFiles(snapshot);
    case 'python':
      return pythonFiles(plan, snapshot);
    case 'go':
      return goFiles(snapshot);
    default:
      return [];
  }
}

function nodeFiles(snapshot: SourceSnapshot): string[] {
  const { files, documents } = snapshot;
  const document = documents['package.json'];
  if (document?.kind !== 'data' || files.includes('pnpm-workspace.yaml')) return [];
  // Yarn's own releases, plugins and patches, and pnpm's hooks, are sources too.
  if (files.some((file) => file.startsWith('.yarn/') || file === '.pnpmfile.cjs')) return [];
  const manifest = isRecord(document.value) ? document.value : {};
  const scripts = isRecord(manifest['scripts']) ? manifest['scripts'] : {};
  if (LIFECYCLE_SCRIPTS.some((name) => Object.hasOwn(scripts, name))) return [];
  if ('workspaces' in manifest) return [];
  if (/"(?:file|link|portal|workspace|patch):/.test(JSON.stringify(manifest))) return [];
  return NODE_FILES.filter((file) => files.includes(file));
}

function pythonFiles(plan: BuildPlan, snapshot: SourceSnapshot): string[] {
  const installs_project = plan.install.some(
    (command) => command.kind === 'exec' && command.argv.some((word) => word === '.' || word === 'sync'),
  );
  if (installs_project && !snapshot.files.includes('Pipfile.lock')) return [];
  const found = snapshot.files.filter((file) => PYTHON_FILES.test(file));
  return found.some((file) => namesSources(snapshot, file)) ? [] : found;
}

/** A requirement that is a folder of the tree: `-e .`, `./lib`, `lib @ file:...`, `path = "../lib"`. */
function namesSources(snapshot: SourceSnapshot, file: string): boolean {
  if (file.endsWith('.txt')) {
    const text = textOf(snapshot, file);
    // A file whose content the plan doesn't know may say anything.
    return text === null || /^[ \t]*(?:-e|--editable|\.|\/)|\bfile:/m.test(text);
  }
  const document = snapshot.documents[file];
  return document?.kind === 'data' && /"(?:path|editable)":|\bfile:/.test(JSON.stringify(document.value));
}

function goFiles(snapshot: SourceSnapshot): string[] {
  if (snapshot.files.includes('go.work') || /=>\s*\.{0,2}\//.test(textOf(snapshot, 'go.mod') ?? ''))
    return [];
  return GO_FILES.filter((file) => snapshot.files.includes(file));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
