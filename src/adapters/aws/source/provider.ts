import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar/create';
import {
  DeploymentFailedError,
  type DeploymentKey,
  type SourceCommit,
  type SourceProvider,
} from '../../../domain/deployments/index.ts';
import { parseRepositoryAddress } from '../../git/address.ts';
import { askServer } from '../../git/ask-server.ts';
import { parseWanted, pickRef, type Wanted } from '../../git/resolve.ts';
import { type Breakers, NO_BREAKERS } from '../../resilience/breakers.ts';
import { readSourceSnapshot } from '../../source-tree/read-snapshot.ts';
import { jobKey, type ObjectStorage, sourceKey } from '../build/objects.ts';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { describeCommit } from './describe-commit.ts';
import { isServerTrouble, toFailure } from './failures.ts';
import { fetchCommit, fetchRef } from './fetch-commit.ts';
import { createGuardedHttp, type GuardedHttpOptions } from './guarded-http.ts';
import { listRemoteRefs } from './remote-refs.ts';
import { createRemoteRepository, type RemoteRepository } from './repository.ts';
import { writeTree } from './write-tree.ts';

export interface S3SourceProviderOptions {
  readonly storage: ObjectStorage;
  /** Where a source lies while it is read: Lambda's /tmp. */
  readonly temporary_dir: string;
  readonly limits?: SourceLimits;
  readonly guard?: AddressGuard;
  /** One for each server, by its host. */
  readonly breakers?: Breakers;
  /** Only tests speak to a server without TLS. */
  readonly request?: NonNullable<GuardedHttpOptions['request']>;
}

export interface SourceLimits {
  /** For one whole fetch. */
  readonly timeout_ms: number;
  /** Limits what comes from the server, and apart from it the tree. */
  readonly max_size_bytes: number;
}

type SourceRequest = Parameters<SourceProvider['fetch']>[1];

interface Fetch {
  readonly request: SourceRequest;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** What fits into a function of 2 GiB, whose memory holds the whole pack. */
export const SOURCE_LIMITS: SourceLimits = { timeout_ms: 240_000, max_size_bytes: 250_000_000 };

// Of a whole history, only single objects are held.
const HISTORY_FACTOR = 20;

/** The source port on AWS, where there is no git: isomorphic-git reads the repository, over https and from public addresses
 *  alone, and the tree goes into the bucket as an archive. */
export function createS3SourceProvider(options: S3SourceProviderOptions): SourceProvider {
  const { storage, temporary_dir, limits = SOURCE_LIMITS } = options;

  return {
    async fetch(key, request) {
      const directory = await mkdtemp(join(temporary_dir, 'source-'));
      const deadline = AbortSignal.timeout(limits.timeout_ms);
      const signal = AbortSignal.any([deadline, ...(request.signal === undefined ? [] : [request.signal])]);
      try {
        const { commit, committed_at } = await readTree(options, { request, directory, signal });
        const snapshot = await readSourceSnapshot(join(directory, 'tree'));
        await storeArchive(storage, key, { directory, committed_at, signal });
        return { commit, snapshot };
      } catch (error) {
        if (request.signal?.aborted === true) throw request.signal.reason;
        if (deadline.aborted) throw tooSlow(limits.timeout_ms, error);
        throw error;
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },

    async discard(key) {
      const client = await storage.clientFor(key.tenant_id);
      for (const object of [sourceKey(key), jobKey(key)]) await client.delete(object);
    },
  };
}

async function readTree(
  options: S3SourceProviderOptions,
  { request, directory, signal }: Fetch,
): Promise<{ readonly commit: SourceCommit; readonly committed_at: Date }> {
  const { guard = createAddressGuard(), limits = SOURCE_LIMITS, breakers = NO_BREAKERS } = options;
  const { max_size_bytes } = limits;
  const address = parseRepositoryAddress(request.repository_url, false);
  const wanted = parseWanted(request.branch ?? undefined, request.commit ?? undefined);
  const send = options.request === undefined ? {} : { request: options.request };
  const git_dir = join(directory, 'git');
  try {
    const repository = await createRemoteRepository({
      git_dir,
      http: createGuardedHttp({ guard, signal, max_bytes: max_size_bytes, ...send }),
      authorization: address.authorization,
      limits: { max_object_bytes: max_size_bytes, max_bytes: max_size_bytes * HISTORY_FACTOR },
    });
    const calling = { isFailure: isServerTrouble, signal };
    const { sha, branch } = await askServer(breakers, address.url, calling, () =>
      fetchWanted(repository, address.url, wanted),
    );
    const { committed_at, ...description } = await describeCommit(repository, sha);
    await writeTree(repository, sha, { root: join(directory, 'tree'), max_size_bytes, signal });
    return { commit: { sha, branch, ...description }, committed_at };
  } catch (error) {
    throw toFailure(error);
  } finally {
    // The archive needs its room.
    await rm(git_dir, { recursive: true, force: true });
  }
}

async function fetchWanted(
  repository: RemoteRepository,
  url: string,
  wanted: Wanted,
): Promise<Pick<SourceCommit, 'sha' | 'branch'>> {
  const refs = await listRemoteRefs(repository, url, wanted);
  if (wanted.kind === 'commit') {
    return { sha: await fetchCommit(repository, refs, wanted.prefix), branch: wanted.label };
  }
  const ref = pickRef(refs, wanted);
  return { sha: await fetchRef(repository, refs.url, ref.ref), branch: ref.label };
}

async function storeArchive(
  storage: ObjectStorage,
  key: DeploymentKey,
  { directory, committed_at, signal }: Pick<Fetch, 'directory' | 'signal'> & { readonly committed_at: Date },
): Promise<void> {
  const file = join(directory, 'source.tar.gz');
  await create({ file, cwd: join(directory, 'tree'), gzip: true, portable: true, mtime: committed_at }, [
    '.',
  ]);
  const client = await storage.clientFor(key.tenant_id);
  await client.put(sourceKey(key), await openAsBlob(file), { content_type: 'application/gzip', signal });
}

function tooSlow(timeout_ms: number, cause: unknown): DeploymentFailedError {
  const detail = `Reading it took longer than ${timeout_ms / 1_000} s.`;
  return new DeploymentFailedError('repository_not_found', detail, cause);
}
