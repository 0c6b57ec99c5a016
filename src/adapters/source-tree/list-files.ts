import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A regular file of the tree. */
export interface TreeFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Where its content really is, with every link resolved. */
  readonly location: string;
}

const SKIPPED_FOLDERS = new Set(['.git', 'node_modules', '.venv']);

/**
 * Lists the regular files of a tree, level by level, so that the limit cuts off the deepest.
 * A link to a file inside the tree counts as that file; other links are left out.
 * @param root - folder, with every link in its own path resolved
 */
export async function listFiles(
  root: string,
  max_files: number,
): Promise<{ readonly files: readonly TreeFile[]; readonly truncated: boolean }> {
  const files: TreeFile[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(path);
      const file = await toTreeFile(root, path, entry);
      if (file === null) continue;
      if (files.length >= max_files) return { files: sorted(files), truncated: true };
      files.push(file);
    }
  }
  return { files: sorted(files), truncated: false };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  // A name that isn't UTF-8 comes with replacement characters, by which nothing can be opened.
  return entries.filter(({ name }) => !name.includes('\uFFFD')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function toTreeFile(root: string, path: string, entry: Dirent): Promise<TreeFile | null> {
  const location = join(root, path);
  if (entry.isFile()) return { path, location };
  if (!entry.isSymbolicLink()) return null;
  const target = await linkTarget(root, location);
  return target === null ? null : { path, location: target };
}

/** The regular file inside the tree that a link leads to; null when it leads anywhere else. */
async function linkTarget(root: string, link: string): Promise<string | null> {
  try {
    const target = await realpath(link);
    const segments = relative(root, target).split(sep);
    if (segments[0] === '..' || segments.some((name) => SKIPPED_FOLDERS.has(name))) return null;
    return target.startsWith(root + sep) && (await stat(target)).isFile() ? target : null;
  } catch {
    // It leads nowhere, or in a circle: either way there is no file.
    return null;
  }
}

function sorted(files: TreeFile[]): TreeFile[] {
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
