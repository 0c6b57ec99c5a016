import { rm } from 'node:fs/promises';
import { DeploymentFailedError, type SourceCommit } from '../../domain/deployments/index.ts';
import { cleanAuthor, cleanMessage } from './commit-text.ts';
import type { Repository } from './repository.ts';

/** What an empty file or a directory takes at least: a small pack can hold billions of both. */
const MIN_ENTRY_BYTES = 4_096;

/** Checks the tree of a commit out into the repository's directory and removes git's own data from it. */
export async function checkOut(repository: Repository, sha: string, max_size_bytes: number): Promise<void> {
  await refuseLargeTree(repository, sha, max_size_bytes);
  await repository.run(['checkout', '--quiet', '--force', '--detach', sha, '--']);
  await rm(repository.git_dir, { recursive: true, force: true });
}

/** Author and message of a commit. */
export async function describeCommit(
  repository: Repository,
  sha: string,
): Promise<Pick<SourceCommit, 'author' | 'message'>> {
  const output = await repository.run(['log', '-1', '--encoding=UTF-8', '--format=%an%x00%B', sha, '--']);
  const [author = '', message = ''] = output.split('\0');
  return {
    author: cleanAuthor(author),
    message: cleanMessage(message),
  };
}

async function refuseLargeTree(repository: Repository, sha: string, max_size_bytes: number): Promise<void> {
  let size_bytes = 0;
  let rest = '';
  await repository.run(['ls-tree', '-r', '-t', '-l', '-z', sha], (chunk) => {
    const entries = (rest + chunk.toString('latin1')).split('\0');
    rest = entries.pop() ?? '';
    for (const entry of entries) size_bytes += Math.max(entryBytes(entry), MIN_ENTRY_BYTES);
    if (size_bytes > max_size_bytes) throw tooLarge(max_size_bytes);
  });
}

/** `MODE TYPE SHA SIZE\tPATH`, where the size of anything but a file is a hyphen. */
function entryBytes(entry: string): number {
  const size = / (\d+)$/.exec(entry.slice(0, entry.indexOf('\t')))?.[1];
  return size === undefined ? 0 : Number(size);
}

function tooLarge(max_size_bytes: number): DeploymentFailedError {
  const limit_mb = Math.floor(max_size_bytes / 1_000_000);
  return new DeploymentFailedError('repository_too_large', `Its files take more than ${limit_mb} MB.`);
}
