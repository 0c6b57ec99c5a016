import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBlob, readTree } from 'isomorphic-git';
import { DeploymentFailedError } from '../../../domain/deployments/index.ts';
import type { RemoteRepository } from './repository.ts';

/** What an empty file or a folder takes at least: a small pack can hold billions of both. */
const MIN_ENTRY_BYTES = 4_096;
const LINK = '120000';
const EXECUTABLE = '100755';

interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * Writes the tree of a commit below a new folder. Links are made last and files are never written over, so nothing is written
 * through a link, whatever the repository holds.
 * @throws DeploymentFailedError repository_too_large
 */
export async function writeTree(
  repository: RemoteRepository,
  commit: string,
  options: { readonly root: string; readonly max_size_bytes: number; readonly signal: AbortSignal },
): Promise<void> {
  const { root, max_size_bytes, signal } = options;
  const { fs, git_dir: gitdir, cache } = repository;
  const links: Link[] = [];
  let size_bytes = 0;
  const count = (bytes: number): void => {
    size_bytes += Math.max(bytes, MIN_ENTRY_BYTES);
    if (size_bytes > max_size_bytes) throw tooLarge(max_size_bytes);
  };

  await mkdir(root);
  const folders = [{ folder: root, oid: commit }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { tree } = await readTree({ fs, gitdir, cache, oid: next.oid });
    for (const { path: name, oid, mode, type } of tree) {
      signal.throwIfAborted();
      const path = join(next.folder, safeName(name));
      if (type === 'blob') {
        const { blob } = await readBlob({ fs, gitdir, cache, oid });
        count(blob.length);
        if (mode === LINK) links.push({ path, target: Buffer.from(blob).toString('utf8') });
        else await writeFile(path, blob, { flag: 'wx', mode: mode === EXECUTABLE ? 0o755 : 0o644 });
        continue;
      }
      // A submodule is an empty folder, as git leaves it.
      count(0);
      await mkdir(path);
      if (type === 'tree') folders.push({ folder: path, oid });
    }
  }
  for (const { path, target } of links) await symlink(target, path);
}

/** A name in a folder, which leads nowhere else. */
function safeName(name: string): string {
  const is_special = name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git';
  if (!is_special && !/[/\0]/.test(name)) return name;
  throw new DeploymentFailedError('repository_not_found', 'It holds a file name that no checkout may have.');
}

function tooLarge(max_size_bytes: number): DeploymentFailedError {
  const limit_mb = Math.floor(max_size_bytes / 1_000_000);
  return new DeploymentFailedError('repository_too_large', `Its files take more than ${limit_mb} MB.`);
}
