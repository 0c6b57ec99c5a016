import type { SourceSnapshot } from '../../model.ts';
import { firstFile, hasFile, textOf } from '../../snapshot.ts';
import type { PackageJson } from './package-json.ts';

export type ManagerName = 'npm' | 'yarn' | 'pnpm' | 'bun';

/** Which program installs a project's dependencies, and why. */
export interface PackageManager {
  readonly name: ManagerName;
  /** Yarn 2 and later, which takes other options than Yarn 1. */
  readonly berry: boolean;
  readonly lockfile: string | null;
  /** Package from the npm registry that brings the manager; null for npm, which comes with Node. */
  readonly package_spec: string | null;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

/** In order of preference: an npm lock beside another is mostly left over from a single `npm install`. */
const LOCKFILES: readonly (readonly [ManagerName, readonly string[]])[] = [
  ['pnpm', ['pnpm-lock.yaml']],
  ['yarn', ['yarn.lock']],
  ['bun', ['bun.lock', 'bun.lockb']],
  ['npm', ['package-lock.json', 'npm-shrinkwrap.json']],
];

interface Stated {
  readonly name: ManagerName;
  readonly version: string | null;
}

/** Decides by the lockfile; of several, by the `packageManager` field, else in the order pnpm, yarn, bun, npm. */
export function choosePackageManager(snapshot: SourceSnapshot, manifest: PackageJson): PackageManager {
  const stated = parsePackageManager(manifest.package_manager);
  const locks = LOCKFILES.flatMap(([name, files]) => {
    const file = firstFile(snapshot, files);
    return file === null ? [] : [{ name, file }];
  });
  const lock = locks.find(({ name }) => name === stated?.name) ?? locks[0];
  const name = lock?.name ?? stated?.name ?? 'npm';
  const version = stated?.name === name ? stated.version : null;
  const berry = name === 'yarn' && isBerry(snapshot, version);
  return {
    name,
    berry,
    lockfile: lock?.file ?? null,
    package_spec: packageSpec(snapshot, name, berry, version),
    reasons: [reasonFor(name, lock?.file, stated)],
    warnings: lockWarnings(name, locks, stated),
  };
}

/** The `packageManager` field, `pnpm@9.1.0+sha512...`; null when it says nothing of use. */
function parsePackageManager(field: string | null): Stated | null {
  const [, name, version] = /^(npm|yarn|pnpm|bun)(?:@(\d+\.\d+\.\d+[\w.-]*))?/.exec(field ?? '') ?? [];
  return name === undefined ? null : { name: name as ManagerName, version: version ?? null };
}

function isBerry(snapshot: SourceSnapshot, version: string | null): boolean {
  if (version !== null) return !/^[01]\./.test(version);
  const lock = textOf(snapshot, 'yarn.lock') ?? '';
  return /^__metadata:/m.test(lock) || (lock === '' && hasFile(snapshot, '.yarnrc.yml'));
}

function packageSpec(
  snapshot: SourceSnapshot,
  name: ManagerName,
  berry: boolean,
  version: string | null,
): string | null {
  if (name === 'npm') return null;
  if (name === 'bun') return `bun@${version ?? '1'}`;
  if (name === 'pnpm') return `pnpm@${version ?? pnpmMajor(snapshot)}`;
  return berry ? `@yarnpkg/cli-dist@${version ?? berryMajor(snapshot)}` : `yarn@${version ?? '1'}`;
}

/** The newest pnpm that takes the lockfile as it is. */
function pnpmMajor(snapshot: SourceSnapshot): string {
  const lock = textOf(snapshot, 'pnpm-lock.yaml') ?? '';
  const version = Number(/^lockfileVersion:\s*['"]?(\d+)/m.exec(lock)?.[1] ?? '9');
  if (version < 6) return '7';
  if (version < 9) return '8';
  // pnpm 9 and 10 share a lockfile version. Only 10 reads settings from the workspace file, and only
  // 9 runs the install scripts of packages that nobody approved, which older projects rely on.
  const workspace = textOf(snapshot, 'pnpm-workspace.yaml');
  const has_settings = /^(?!packages|catalogs?)[A-Za-z]+:/m.test(workspace ?? '');
  const lacks_packages = workspace !== null && !/^packages:/m.test(workspace);
  return has_settings || lacks_packages ? '10' : '9';
}

/** The Yarn whose lockfile format it is: a newer one refuses to keep it unchanged. */
function berryMajor(snapshot: SourceSnapshot): string {
  const lock = textOf(snapshot, 'yarn.lock') ?? '';
  const version = Number(/^__metadata:[ \t\r]*\n[ \t]+version:[ \t]*(\d+)/m.exec(lock)?.[1] ?? '8');
  if (version < 6) return '2';
  return version < 8 ? '3' : '4';
}

function reasonFor(name: ManagerName, lockfile: string | undefined, stated: Stated | null): string {
  if (lockfile !== undefined) return `${lockfile}: dependencies are installed by ${name} as it locks them.`;
  if (stated !== null) return `package.json (packageManager): dependencies are installed by ${name}.`;
  return 'No lockfile: dependencies are installed by npm.';
}

function lockWarnings(
  name: ManagerName,
  locks: readonly { readonly name: ManagerName; readonly file: string }[],
  stated: Stated | null,
): string[] {
  const warnings: string[] = [];
  if (stated !== null && stated.name !== name) {
    warnings.push(
      `package.json asks for ${stated.name} (packageManager), but the lockfile is one of ${name}.`,
    );
  }
  if (locks.length > 1) {
    warnings.push(`Several lockfiles (${locks.map(({ file }) => file).join(', ')}): only ${name}'s counts.`);
  }
  return warnings;
}
