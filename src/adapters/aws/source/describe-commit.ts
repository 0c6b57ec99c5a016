import git from 'isomorphic-git';
import type { SourceCommit } from '../../../domain/deployments/index.ts';
import type { RemoteRepository } from './repository.ts';

const MAX_MESSAGE_CHARS = 1_000;
const MAX_AUTHOR_CHARS = 200;

/** Author, message and time of a commit. */
export async function describeCommit(
  { fs, git_dir, cache }: RemoteRepository,
  sha: string,
): Promise<Pick<SourceCommit, 'author' | 'message'> & { readonly committed_at: Date }> {
  const { commit } = await git.readCommit({ fs, gitdir: git_dir, cache, oid: sha });
  const { author, committer, message } = commit;
  return {
    author: firstChars(withoutControls(author.name).replace(/\s+/g, ' ').trim(), MAX_AUTHOR_CHARS),
    message: firstChars(withoutControls(message).trim(), MAX_MESSAGE_CHARS),
    committed_at: new Date(committer.timestamp * 1000),
  };
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these go to logs, terminals and environments.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function firstChars(text: string, max_chars: number): string {
  // By code points, so that no half of a surrogate pair is left at the end.
  return text.length <= max_chars ? text : Array.from(text).slice(0, max_chars).join('');
}
