import { expandOid, readCommit, readObject } from 'isomorphic-git';
import { DeploymentFailedError } from '../../../domain/deployments/index.ts';
import { quote } from '../../git/resolve.ts';
import { hasCode, isRefused } from './failures.ts';
import type { RemoteRefs } from './remote-refs.ts';
import { fetchAll, fetchShallow, type RemoteRepository } from './repository.ts';

/** The commit of a ref, brought into the repository without history. */
export async function fetchRef(repository: RemoteRepository, url: string, ref: string): Promise<string> {
  return peel(repository, await fetchShallow(repository, url, ref));
}

/**
 * A commit by its name, brought into the repository.
 * @param prefix - lower-case hex, full or abbreviated
 * @throws DeploymentFailedError ref_not_found
 */
export async function fetchCommit(
  repository: RemoteRepository,
  refs: RemoteRefs,
  prefix: string,
): Promise<string> {
  if (prefix.length > 40) throw unknown(prefix);
  const tips = new Set([...refs.shas.values()].filter((sha) => sha.startsWith(prefix)));
  const [tip, ...others] = tips;
  const sha = prefix.length === 40 ? prefix : others.length === 0 ? tip : undefined;
  if (sha !== undefined && (await tryShallow(repository, refs.url, sha))) return peel(repository, sha);
  // An abbreviated name can't be asked for, and some servers hand out the tips of refs only.
  await fetchHistory(repository, refs.url);
  return peel(repository, await expand(repository, prefix));
}

async function tryShallow(repository: RemoteRepository, url: string, sha: string): Promise<boolean> {
  try {
    await fetchShallow(repository, url, sha);
    await readObject({ ...where(repository), oid: sha });
    return true;
  } catch (error) {
    if (isRefused(error) || hasCode(error, 'NotFoundError')) return false;
    throw error;
  }
}

async function fetchHistory(repository: RemoteRepository, url: string): Promise<void> {
  try {
    await fetchAll(repository, url);
  } catch (error) {
    if (!(error instanceof DeploymentFailedError) || error.reason !== 'repository_too_large') throw error;
    const detail =
      'Its whole history had to be read to find the commit: give all 40 digits, or a branch or tag.';
    throw new DeploymentFailedError('repository_too_large', detail, error);
  }
}

async function expand(repository: RemoteRepository, prefix: string): Promise<string> {
  try {
    return await expandOid({ ...where(repository), oid: prefix });
  } catch (error) {
    if (hasCode(error, 'AmbiguousError')) {
      throw new DeploymentFailedError(
        'ref_not_found',
        `${quote(prefix)} fits several commits: give more digits.`,
        error,
      );
    }
    if (hasCode(error, 'NotFoundError')) throw unknown(prefix, error);
    throw error;
  }
}

/** The commit that an object is, or that a tag leads to. */
async function peel(repository: RemoteRepository, sha: string): Promise<string> {
  try {
    return (await readCommit({ ...where(repository), oid: sha })).oid;
  } catch (error) {
    if (hasCode(error, 'NotFoundError') || hasCode(error, 'ObjectTypeError')) throw unknown(sha, error);
    throw error;
  }
}

function where({ fs, git_dir, cache }: RemoteRepository) {
  return { fs, gitdir: git_dir, cache };
}

function unknown(sha: string, cause?: unknown): DeploymentFailedError {
  return new DeploymentFailedError('ref_not_found', `${quote(sha)} is not a commit of it.`, cause);
}
