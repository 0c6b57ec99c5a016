import { readCommit } from 'isomorphic-git';
import type { SourceCommit } from '../../../domain/deployments/index.ts';
import { cleanAuthor, cleanMessage } from '../../git/commit-text.ts';
import type { RemoteRepository } from './repository.ts';

/** Author, message and time of a commit. */
export async function describeCommit(
  { fs, git_dir, cache }: RemoteRepository,
  sha: string,
): Promise<Pick<SourceCommit, 'author' | 'message'> & { readonly committed_at: Date }> {
  const { commit } = await readCommit({ fs, gitdir: git_dir, cache, oid: sha });
  const { author, committer, message } = commit;
  return {
    author: cleanAuthor(author.name),
    message: cleanMessage(message),
    committed_at: new Date(committer.timestamp * 1000),
  };
}
