import * as z from 'zod';
import type { SourceSnapshot, Toolchain } from '../../model.ts';
import { dataOf, firstLine, hasFile, textOf } from '../../snapshot.ts';
import { pythonSpecifierRange, pythonVersionRange, wantedVersion } from '../../versions.ts';

const table = z.record(z.string(), z.unknown()).optional().catch(undefined);
const text = z.string().optional().catch(undefined);
const pyproject = z.looseObject({
  project: z
    .looseObject({
      dependencies: z.array(z.string()).optional().catch(undefined),
      'requires-python': text,
      dynamic: z.array(z.string()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  'build-system': z.unknown().optional(),
  tool: z
    .looseObject({
      poetry: z.looseObject({ dependencies: table }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const pipfile = z.looseObject({
  packages: table,
  requires: z.looseObject({ python_version: text, python_full_version: text }).optional().catch(undefined),
});

/** Which files say what a Python project needs, and what that is. */
export interface PythonManifest {
  readonly has_requirements: boolean;
  readonly has_pyproject: boolean;
  readonly has_pipfile: boolean;
  /** PEP 621 dependencies, when pyproject.toml lists them. */
  readonly project_dependencies: readonly string[];
  /** pyproject.toml can only be installed as a package: it has a build system, or computes its dependencies. */
  readonly is_package: boolean;
  readonly is_poetry: boolean;
  /** Normalized names of all dependencies, with their extras: `fastapi`, `fastapi[standard]`. */
  readonly dependencies: ReadonlySet<string>;
  readonly wanted: NonNullable<Toolchain['wanted']> | null;
}

/**
 * Reads what a Python project says about itself.
 * @throws InvalidConfigError when pyproject.toml or Pipfile is not TOML
 */
export function readPythonManifest(snapshot: SourceSnapshot): PythonManifest {
  const toml = pyproject.safeParse(dataOf(snapshot, 'pyproject.toml')).data;
  const pip = pipfile.safeParse(dataOf(snapshot, 'Pipfile')).data;
  const poetry = toml?.tool?.poetry;
  const project_dependencies = toml?.project?.dependencies ?? [];
  const requirements = readRequirements(snapshot, 'requirements.txt', new Set());
  return {
    has_requirements: hasFile(snapshot, 'requirements.txt'),
    has_pyproject: toml?.project !== undefined || poetry !== undefined,
    has_pipfile: pip !== undefined,
    project_dependencies,
    is_package:
      toml?.['build-system'] !== undefined || (toml?.project?.dynamic ?? []).includes('dependencies'),
    is_poetry: poetry !== undefined,
    dependencies: new Set([
      ...[...requirements, ...project_dependencies].flatMap(requirementNames),
      ...tableNames(poetry?.dependencies),
      ...tableNames(pip?.packages),
    ]),
    wanted: wantedPython(snapshot, {
      'pyproject.toml (requires-python)': toml?.project?.['requires-python'],
      'pyproject.toml (tool.poetry)': poetry?.dependencies?.['python'],
      'Pipfile (requires)': pip?.requires?.python_full_version ?? pip?.requires?.python_version,
    }),
  };
}

/** A requirements file's lines, those of files that it includes too. */
function readRequirements(snapshot: SourceSnapshot, path: string, seen: Set<string>): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return (textOf(snapshot, path) ?? '').split('\n').flatMap((line) => {
    const included = /^\s*(?:-r|--requirement)[ =]\s*(\S+)/.exec(line)?.[1];
    return included === undefined ? [line] : readRequirements(snapshot, folder + included, seen);
  });
}

/** `FastAPI[standard]>=0.1` names `fastapi` and `fastapi[standard]`. */
function requirementNames(requirement: string): string[] {
  const [, name, extras] = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?/.exec(requirement) ?? [];
  if (name === undefined) return [];
  const normalized = normalizeName(name);
  const extra_names = (extras ?? '').split(',').filter((extra) => extra.trim() !== '');
  return [normalized, ...extra_names.map((extra) => `${normalized}[${normalizeName(extra.trim())}]`)];
}

function tableNames(entries: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.entries(entries ?? {}).flatMap(([name, value]) => {
    const extras = z.looseObject({ extras: z.array(z.string()) }).safeParse(value).data?.extras ?? [];
    return requirementNames(`${name}[${extras.join(',')}]`);
  });
}

function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function wantedPython(
  snapshot: SourceSnapshot,
  specifiers: Readonly<Record<string, unknown>>,
): PythonManifest['wanted'] {
  for (const path of ['.python-version', 'runtime.txt']) {
    const line = firstLine(textOf(snapshot, path));
    const wanted = line === null ? null : wantedVersion(pythonVersionRange(line), path);
    if (wanted !== null) return wanted;
  }
  for (const [source, specifier] of Object.entries(specifiers)) {
    if (typeof specifier !== 'string') continue;
    const wanted = wantedVersion(pythonSpecifierRange(specifier), source);
    if (wanted !== null) return wanted;
  }
  return null;
}
