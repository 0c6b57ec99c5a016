import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeploymentFailedError } from '../../domain/deployments/index.ts';
import { GitCommandError, isRefMissing, isShaRefused } from './failures.ts';
import { createRepository, type Repository, type RepositoryRequest } from './repository.ts';
import { quote, type RemoteRef } from './resolve.ts';

/** Not into branches of the same names, one of which would be the checked out one. */
const ALL_REFS = ['+refs/heads/*:refs/source/heads/*', '+refs/tags/*:refs/source/tags/*'] as const;
/** More objects than this with one beginning are ambiguous in any case. */
const MAX_CANDIDATES = 20;

/** Brings the tip of a ref into the repository, without history, and returns its commit. */
export async function fetchRef(repository: Repository, url: string, ref: RemoteRef): Promise<string> {
  try {
    await fetchShallow(repository, url, ref.sha);
    return await commitOf(repository, ref.sha);
  } catch (error) {
    // The ref has moved since, or the server hands out refs only: what it points to now is as good.
    if (!isRefMissing(error) && !isShaRefused(error)) throw error;
    await fetchShallow(repository, url, ref.ref);
    return await commitOf(repository, 'FETCH_HEAD');
  }
}

/**
 * Brings one commit into the repository and returns its full name.
 * @param prefix - lower-case hex, full or abbreviated
 * @throws DeploymentFailedError with the reason `ref_not_found` for one that is unknown or ambiguous
 */
export async function fetchCommit(
  repository: Repository,
  url: string,
  prefix: string,
  request: RepositoryRequest,
): Promise<string> {
  const sha = prefix.length >= 40 ? prefix : await expand(url, prefix, request);
  try {
    await fetchShallow(repository, url, sha);
  } catch (error) {
    if (isRefMissing(error)) throw unknownCommit(sha, error);
    if (!isShaRefused(error)) throw error;
    // Older servers hand out the tips of refs only: the commit may still be in some ref's history.
    await repository.run(['fetch', '--no-tags', '--', url, ...ALL_REFS]);
  }
  return await commitOf(repository, sha);
}

async function fetchShallow(repository: Repository, url: string, what: string): Promise<void> {
  await repository.run(['fetch', '--depth=1', '--no-tags', '--no-recurse-submodules', '--', url, what]);
}

async function commitOf(repository: Repository, name: string): Promise<string> {
  try {
    const output = await repository.run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    return output.trim();
  } catch (error) {
    // Only git's plain "no such thing": a full disk or an abort keeps its own reason.
    throw error instanceof GitCommandError ? unknownCommit(name, error) : error;
  }
}

function unknownCommit(name: string, cause: unknown): DeploymentFailedError {
  return new DeploymentFailedError('ref_not_found', `${quote(name)} is not a commit of it.`, cause);
}

/** Git can't ask a server for an abbreviated name, so the history is read, without files and directories. */
async function expand(url: string, prefix: string, request: RepositoryRequest): Promise<string> {
  const directory = join(request.directory, '.git', 'history');
  await mkdir(directory, { recursive: true });
  try {
    // In a repository of its own: the filter marks it as one that may lack objects.
    const history = await createRepository({ ...request, directory });
    await history.run(['fetch', '--filter=tree:0', '--no-tags', '--', url, ...ALL_REFS]);
    return await findCommit(history, prefix);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function findCommit(history: Repository, prefix: string): Promise<string> {
  // Not by `rev-parse PREFIX`, which would prefer a branch of that name.
  const output = await history.run(['rev-parse', `--disambiguate=${prefix}`]);
  const commits: string[] = [];
  for (const sha of output.split('\n').filter(Boolean).slice(0, MAX_CANDIDATES)) {
    const type = await history.run(['cat-file', '-t', sha]);
    if (type.trim() === 'commit') commits.push(sha);
  }
  const [sha, ...others] = commits;
  if (sha === undefined) {
    throw new DeploymentFailedError(
      'ref_not_found',
      `${quote(prefix)} is not a commit of its branches and tags.`,
    );
  }
  if (others.length > 0) {
    throw new DeploymentFailedError(
      'ref_not_found',
      `${quote(prefix)} fits several commits: give more digits.`,
    );
  }
  return sha;
}
