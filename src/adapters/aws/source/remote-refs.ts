import { listServerRefs } from 'isomorphic-git';
import type { Wanted } from '../../git/resolve.ts';
import { isRedirect } from './failures.ts';
import type { RemoteRepository } from './repository.ts';

/** What the server said about its refs, as the git adapter has it. */
export interface RemoteRefs {
  /** The address that answered. */
  readonly url: string;
  readonly shas: ReadonlyMap<string, string>;
  readonly default_branch: string | null;
}

const BRANCHES = 'refs/heads/';

/** Asks the server for what a request needs: HEAD, the branch or tag of that name, or all of them to find a commit in. */
export async function listRemoteRefs(
  repository: RemoteRepository,
  address: string,
  wanted: Wanted,
): Promise<RemoteRefs> {
  const url = address.replace(/\/+$/, '');
  try {
    return await list(repository, url, wanted);
  } catch (error) {
    // Some servers redirect the address that people see in their browser to the one with .git at its end.
    if (!isRedirect(error) || url.endsWith('.git')) throw error;
    return await list(repository, `${url}.git`, wanted);
  }
}

async function list(repository: RemoteRepository, url: string, wanted: Wanted): Promise<RemoteRefs> {
  const shas = new Map<string, string>();
  let default_branch: string | null = null;
  for (const prefix of prefixesOf(wanted)) {
    const { http, headers } = repository;
    const found = await listServerRefs({
      http,
      url,
      headers: { ...headers },
      prefix,
      symrefs: true,
      peelTags: true,
    });
    for (const { ref, oid, target, peeled } of found) {
      shas.set(ref, oid);
      if (peeled !== undefined) shas.set(`${ref}^{}`, peeled);
      if (ref === 'HEAD' && target?.startsWith(BRANCHES) === true)
        default_branch = target.slice(BRANCHES.length);
    }
    if (wanted.kind === 'ref' && shas.has(prefix)) break;
  }
  return { url, shas, default_branch };
}

function prefixesOf(wanted: Wanted): string[] {
  if (wanted.kind === 'default') return ['HEAD'];
  if (wanted.kind === 'ref') return [`${BRANCHES}${wanted.name}`, `refs/tags/${wanted.name}`];
  return ['refs/'];
}
