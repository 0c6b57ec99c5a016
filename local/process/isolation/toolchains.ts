import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join, relative } from 'node:path';

/** Folders that hold the system's programs; bound read-only in every sandbox. */
export const SYSTEM_FOLDERS: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
];

const PROGRAM_FOLDERS = new Set(['bin', 'sbin', 'shims']);

/** Files in a toolchain's folder that hold its owner's passwords, so that they are hidden. */
const CREDENTIAL_FILES = [
  'credentials',
  'credentials.toml',
  '.npmrc',
  '.pypirc',
  '.netrc',
  '.git-credentials',
  'auth.json',
];

export interface ToolchainBinds {
  readonly folders: readonly string[];
  /** Files inside the folders that the sandbox must not show. */
  readonly hidden: readonly string[];
}

/**
 * The folders outside the system's that the programs on PATH need: where a folder is called bin, sbin or shims, its
 * parent, which holds the libraries; and the same for whatever a link in such a folder leads to.
 * @param path - the PATH variable
 * @param kept_private - folders that must not be shown (the platform's data, the user's home), nor any folder around them
 */
export async function toolchainBinds(path: string, kept_private: readonly string[]): Promise<ToolchainBinds> {
  const private_paths = await withReal(kept_private);
  const found = new Set<string>();
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder) || (await realOf(folder)) === null) continue;
    const places = [folder, ...(await realOf(folder).then(asList)), ...(await linkTargets(folder))];
    for (const place of places) {
      const shown = prefixOf(place, private_paths);
      if (!isInsideAny(shown, SYSTEM_FOLDERS) && !holdsAny(shown, private_paths)) found.add(shown);
    }
  }
  const folders = [...found].toSorted();
  return { folders, hidden: await credentialFiles(folders) };
}

function prefixOf(folder: string, private_paths: readonly string[]): string {
  if (!PROGRAM_FOLDERS.has(basename(folder))) return folder;
  const parent = dirname(folder);
  return parent === '/' || holdsAny(parent, private_paths) ? folder : parent;
}

/** Folders of the programs to which links in `folder` lead: version managers keep only links on PATH. */
async function linkTargets(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const links = entries.filter((entry) => entry.isSymbolicLink());
  const targets = await Promise.all(links.map((link) => realOf(join(folder, link.name))));
  return targets.filter((target) => target !== null).map((target) => dirname(target));
}

async function credentialFiles(folders: readonly string[]): Promise<string[]> {
  const candidates = folders.flatMap((folder) => CREDENTIAL_FILES.map((name) => join(folder, name)));
  const present = await Promise.all(candidates.map(isFile));
  return candidates.filter((_, index) => present[index]);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch {
    // Absent: there is nothing to hide.
    return false;
  }
}

async function withReal(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => realOf(path).then(asList)));
  return [...paths, ...real.flat()];
}

async function realOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    // A PATH entry that does not exist, or a dangling link.
    return null;
  }
}

function asList(path: string | null): string[] {
  return path === null ? [] : [path];
}

function isInsideAny(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isInside(path, folder));
}

function holdsAny(folder: string, paths: readonly string[]): boolean {
  return paths.some((path) => isInside(path, folder));
}

/** True when `path` is `folder` or lies in it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}
