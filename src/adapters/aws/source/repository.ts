import * as fs from 'node:fs';
import { type FsClient, fetch as fetchFromServer, type HttpClient, init, setConfig } from 'isomorphic-git';
import { demandSmallPack, type PackLimits } from './pack-size.ts';

/** A repository on the disk, and the server that it comes from. */
export interface RemoteRepository {
  readonly git_dir: string;
  readonly fs: FsClient;
  readonly http: HttpClient;
  readonly headers: Readonly<Record<string, string>>;
  /** Keeps pack indexes between two reads. */
  readonly cache: object;
}

/** Makes an empty repository. */
export async function createRemoteRepository(options: {
  readonly git_dir: string;
  readonly http: HttpClient;
  readonly authorization: string | null;
  readonly limits: PackLimits;
}): Promise<RemoteRepository> {
  const { git_dir, http, authorization, limits } = options;
  const repository = {
    git_dir,
    fs: limitedFiles(limits),
    http,
    headers: headersOf(authorization),
    cache: {},
  };
  const where = { fs: repository.fs, gitdir: git_dir };
  await init({ ...where, bare: true });
  await setConfig({
    ...where,
    path: 'remote.origin.fetch',
    value: '+refs/heads/*:refs/remotes/origin/*',
  });
  return repository;
}

/** Brings a ref or commit, without history, into the repository, and returns what it pointed to. */
export async function fetchShallow(repository: RemoteRepository, url: string, what: string): Promise<string> {
  const { fetchHead } = await fetchFromServer({
    ...fetchOptions(repository, url),
    ref: what,
    remoteRef: what,
    depth: 1,
    singleBranch: true,
  });
  return fetchHead ?? what;
}

/** Brings all branches and tags with their history into the repository. */
export async function fetchAll(repository: RemoteRepository, url: string): Promise<void> {
  await fetchFromServer({ ...fetchOptions(repository, url), tags: true, singleBranch: false });
}

function fetchOptions(repository: RemoteRepository, url: string) {
  const { git_dir, http, headers, cache } = repository;
  // It adds to the headers that it gets.
  return {
    fs: repository.fs,
    http,
    cache,
    gitdir: git_dir,
    url,
    headers: { ...headers },
    tags: false,
    remote: 'origin',
  };
}

function headersOf(authorization: string | null): Record<string, string> {
  return authorization === null ? {} : { Authorization: authorization };
}

/** The machine's files, but for packs that are too large: they are looked at before they are read. */
function limitedFiles(limits: PackLimits): FsClient {
  const writeFile: typeof fs.promises.writeFile = async (path, content, options) => {
    if (typeof path === 'string' && path.endsWith('.pack') && Buffer.isBuffer(content))
      demandSmallPack(content, limits);
    await fs.promises.writeFile(path, content, options);
  };
  return { promises: { ...fs.promises, writeFile } };
}
