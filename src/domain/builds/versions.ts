// By their files: the whole of semver would be in the bundle.
import coerce from 'semver/functions/coerce.js';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import type { Toolchain } from './model.ts';

type Wanted = NonNullable<Toolchain['wanted']>;

const NODE_CODENAMES: Readonly<Record<string, string>> = {
  hydrogen: '18',
  iron: '20',
  jod: '22',
  krypton: '24',
};

/** A wish for a version, if the text can be read as a semver range. */
export function wantedVersion(range: string | null | undefined, source: string): Wanted | null {
  if (range === null || range === undefined || range.trim() === '' || range.length > 200) return null;
  return validRange(range) === null ? null : { range: range.trim(), source };
}

/** What a `.nvmrc` or `.node-version` asks for, as a range; null for names that mean "whatever is newest". */
export function nodeVersionRange(line: string): string | null {
  const codename = /^lts\/([a-z]+)$/i.exec(line)?.[1]?.toLowerCase();
  if (codename !== undefined) return NODE_CODENAMES[codename] ?? null;
  return /^v?(\d+(?:\.\d+){0,2})$/.exec(line)?.[1] ?? null;
}

/** The version in a `.python-version` or `runtime.txt` line: `3.12`, `python-3.12.1`, `cpython-3.12`. */
export function pythonVersionRange(line: string): string | null {
  return /^(?:c?python-?)?(\d+(?:\.\d+){0,2})/i.exec(line)?.[1] ?? null;
}

/** A Python version specifier (`>=3.9,<4`, `~=3.10`, `==3.11.*`) as a semver range. */
export function pythonSpecifierRange(specifier: string): string {
  const clauses = specifier.split(',').map((clause) => clause.trim());
  return clauses.flatMap(specifierClause).join(' ');
}

function specifierClause(clause: string): string[] {
  // An excluded version has no counterpart in a semver range, and only narrows the others.
  if (clause === '' || clause.startsWith('!=')) return [];
  const compatible = /^~=\s*(\d+)\.(\d+)(\.\d+)?/.exec(clause);
  if (compatible !== null) return [compatibleRelease(compatible)];
  return [clause.replace(/^={2,3}\s*/, '')];
}

function compatibleRelease([, major, minor, patch]: RegExpExecArray): string {
  if (patch !== undefined) return `~${major}.${minor}${patch}`;
  return `>=${major}.${minor} <${Number(major) + 1}`;
}

/**
 * What to tell the user when the machine has another version than the repository asks for; null when it fits.
 * @param installed - what the program reports, `v20.11.0` or `go version go1.26.1 linux/amd64` alike
 */
export function versionWarning(toolchain: Toolchain, installed: string): string | null {
  const { wanted } = toolchain;
  const version = coerce(installed);
  if (wanted === undefined || version === null) return null;
  if (satisfies(version, wanted.range, { includePrerelease: true })) return null;
  return `${wanted.source} asks for ${toolchain.name} ${wanted.range}, and this machine has ${version.version}: going on with that.`;
}
