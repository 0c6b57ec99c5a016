import * as z from 'zod';
import { InvalidConfigError } from '../../invalid-config.ts';
import type { SourceSnapshot } from '../../model.ts';
import { dataOf } from '../../snapshot.ts';

const FILE = 'package.json';

/** The fields of package.json that the plan goes by. */
export interface PackageJson {
  readonly scripts: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlySet<string>;
  readonly dev_dependencies: ReadonlySet<string>;
  /** There is something to install, workspaces and optional dependencies included. */
  readonly has_dependencies: boolean;
  readonly main: string | null;
  readonly node_range: string | null;
  readonly package_manager: string | null;
}

// npm itself tolerates odd values in fields that it has no use for, so a wrong type counts as absent.
const table = z.record(z.string(), z.unknown()).catch({});
const text = z.string().trim().min(1).nullable().catch(null);
const schema = z.looseObject({
  scripts: table,
  dependencies: table,
  devDependencies: table,
  optionalDependencies: table,
  peerDependencies: table,
  workspaces: z.unknown().optional(),
  main: text,
  engines: z.looseObject({ node: text }).catch({ node: null }),
  packageManager: text,
});

/**
 * Reads package.json; null when there is none.
 * @throws InvalidConfigError when it is not JSON, or not an object
 */
export function readPackageJson(snapshot: SourceSnapshot): PackageJson | null {
  const value = dataOf(snapshot, FILE);
  if (value === undefined) return null;
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidConfigError(FILE, 'has to be a JSON object');
  const { data } = result;
  const tables = [data.dependencies, data.devDependencies, data.optionalDependencies, data.peerDependencies];
  return {
    scripts: new Map(Object.entries(data.scripts).filter(isScript)),
    dependencies: new Set([...Object.keys(data.dependencies), ...Object.keys(data.optionalDependencies)]),
    dev_dependencies: new Set(Object.keys(data.devDependencies)),
    has_dependencies: tables.some((entries) => Object.keys(entries).length > 0) || Boolean(data.workspaces),
    main: data.main,
    node_range: data.engines.node,
    package_manager: data.packageManager,
  };
}

/** True when the package is a dependency of any kind. */
export function dependsOn(manifest: PackageJson, name: string): boolean {
  return manifest.dependencies.has(name) || manifest.dev_dependencies.has(name);
}

function isScript(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && entry[1].trim() !== '';
}
