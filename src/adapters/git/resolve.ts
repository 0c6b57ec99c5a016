import { DeploymentFailedError } from '../../domain/deployments/index.ts';
import { isRedirect } from './failures.ts';
import { isRefName } from './ref-name.ts';
import type { Repository } from './repository.ts';

/** What a request asks for, checked for its form. */
export type Wanted =
  | { readonly kind: 'default' }
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'commit'; readonly prefix: string; readonly label: string | null };

/** A ref that the server has. */
export interface RemoteRef {
  readonly sha: string;
  /** `refs/heads/...`, `refs/tags/...` or `HEAD`. */
  readonly ref: string;
  readonly label: string | null;
}

/** What the server said about the refs we asked for. */
interface RemoteRefs {
  /** The address that answered. */
  readonly url: string;
  readonly shas: ReadonlyMap<string, string>;
  readonly default_branch: string | null;
}

const COMMIT = /^(?:[0-9a-f]{7,40}|[0-9a-f]{64})$/;

/** Checks the form of a request's branch and commit.
 *  @throws DeploymentFailedError with the reason `ref_not_found` */
export function parseWanted(branch: string | undefined, commit: string | undefined): Wanted {
  if (branch !== undefined && !isRefName(branch)) {
    throw new DeploymentFailedError('ref_not_found', `${quote(branch)} is not a valid branch or tag name.`);
  }
  if (commit === undefined) return branch === undefined ? { kind: 'default' } : { kind: 'ref', name: branch };
  const prefix = commit.toLowerCase();
  if (!COMMIT.test(prefix)) {
    throw new DeploymentFailedError(
      'ref_not_found',
      `${quote(commit)} is not a commit: give 7 to 40 hex digits.`,
    );
  }
  return { kind: 'commit', prefix, label: branch ?? null };
}

/** Asks the server for HEAD and, when one is wanted, for the branch and tag of that name. */
export async function listRefs(repository: Repository, url: string, wanted: Wanted): Promise<RemoteRefs> {
  try {
    return await list(repository, url, wanted);
  } catch (error) {
    // Some servers redirect the address that people see in their browser to the one with .git at its end.
    if (!isRedirect(error) || url.endsWith('.git')) throw error;
    return await list(repository, `${url.replace(/\/$/, '')}.git`, wanted);
  }
}

async function list(repository: Repository, url: string, wanted: Wanted): Promise<RemoteRefs> {
  const refs = wanted.kind === 'ref' ? refsOf(wanted.name) : [];
  const output = await repository.run(['ls-remote', '--symref', '--', url, 'HEAD', ...refs]);
  const shas = new Map<string, string>();
  let default_branch: string | null = null;
  for (const line of output.split('\n')) {
    const [value = '', ref = ''] = line.split('\t');
    if (value.startsWith('ref: refs/heads/') && ref === 'HEAD') default_branch = value.slice(16);
    else if (/^[0-9a-f]{40,64}$/.test(value)) shas.set(ref, value);
  }
  return { url, shas, default_branch };
}

function refsOf(name: string): [branch: string, peeled_tag: string, tag: string] {
  return [`refs/heads/${name}`, `refs/tags/${name}^{}`, `refs/tags/${name}`];
}

/** Picks the wanted branch, else the tag of that name, else the default branch.
 *  @throws DeploymentFailedError with the reason `ref_not_found` */
export function pickRef(refs: RemoteRefs, wanted: Exclude<Wanted, { kind: 'commit' }>): RemoteRef {
  if (wanted.kind === 'ref') return pickNamed(refs, wanted.name);
  const sha = refs.shas.get('HEAD');
  if (sha === undefined) {
    throw new DeploymentFailedError(
      'ref_not_found',
      'The repository is empty, or its default branch has no commit yet.',
    );
  }
  return { sha, ref: 'HEAD', label: refs.default_branch };
}

function pickNamed(refs: RemoteRefs, name: string): RemoteRef {
  for (const candidate of refsOf(name)) {
    const sha = refs.shas.get(candidate);
    if (sha !== undefined) return { sha, ref: candidate.replace(/\^\{\}$/, ''), label: name };
  }
  throw new DeploymentFailedError('ref_not_found', `${quote(name)} is neither a branch nor a tag of it.`);
}

/** User text for a message: cut, and with control characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
