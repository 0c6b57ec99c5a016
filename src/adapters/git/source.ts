import { mkdir, rm } from 'node:fs/promises';
import { DeploymentFailedError, type SourceCommit } from '../../domain/deployments/index.ts';
import { NO_BREAKERS } from '../resilience/breakers.ts';
import { parseRepositoryAddress } from './address.ts';
import { askServer } from './ask-server.ts';
import { checkOut, describeCommit } from './checkout.ts';
import { writeGitConfig } from './environment.ts';
import { isServerTrouble, toFailure } from './failures.ts';
import { fetchCommit, fetchRef } from './fetch-commit.ts';
import { createRepository, type Repository, type RepositoryRequest } from './repository.ts';
import { listRefs, parseWanted, pickRef, type Wanted } from './resolve.ts';
import type { GitSource, GitSourceOptions, SourceRequest } from './types.ts';

/** A source of trees that runs the machine's `git`, with nothing but our own configuration and environment. */
export function createGitSource(options: GitSourceOptions): GitSource {
  return {
    async fetch(request) {
      const address = parseRepositoryAddress(request.repository_url, options.allow_local);
      const wanted = parseWanted(request.branch, request.commit);
      request.signal?.throwIfAborted();
      const deadline = AbortSignal.timeout(options.timeout_ms);
      const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
      try {
        const config_path = await writeGitConfig(options.state_dir);
        return await fetchTree(wanted, {
          options,
          config_path,
          address,
          directory: request.directory,
          signal,
        });
      } catch (error) {
        await rm(request.directory, { recursive: true, force: true });
        throw explain(error, request, deadline, options.timeout_ms);
      }
    },
  };
}

async function fetchTree(wanted: Wanted, request: RepositoryRequest): Promise<SourceCommit> {
  await rm(request.directory, { recursive: true, force: true });
  await mkdir(request.directory, { recursive: true });
  const repository = await createRepository(request);
  const { breakers = NO_BREAKERS } = request.options;
  const calling = { isFailure: isServerTrouble, signal: request.signal };
  const { sha, branch } = await askServer(breakers, request.address.url, calling, () =>
    fetchWanted(repository, wanted, request),
  );
  const description = await describeCommit(repository, sha);
  await checkOut(repository, sha, request.options.max_size_bytes);
  return { sha, branch, ...description };
}

async function fetchWanted(
  repository: Repository,
  wanted: Wanted,
  request: RepositoryRequest,
): Promise<Pick<SourceCommit, 'sha' | 'branch'>> {
  const refs = await listRefs(repository, request.address.url, wanted);
  if (wanted.kind === 'commit') {
    const sha = await fetchCommit(repository, refs.url, wanted.prefix, request);
    return { sha, branch: wanted.label };
  }
  const ref = pickRef(refs, wanted);
  return { sha: await fetchRef(repository, refs.url, ref), branch: ref.label };
}

function explain(error: unknown, request: SourceRequest, deadline: AbortSignal, timeout_ms: number): unknown {
  if (request.signal?.aborted === true) return request.signal.reason;
  if (deadline.aborted && error === deadline.reason) {
    const detail = `Reading it took longer than ${timeout_ms / 1_000} s.`;
    return new DeploymentFailedError('repository_not_found', detail, error);
  }
  return toFailure(error);
}
