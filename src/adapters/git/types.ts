import type { SourceCommit } from '../../domain/deployments/index.ts';
import type { Breakers } from '../resilience/breakers.ts';

export interface SourceRequest {
  /** `https://...`, and where local repositories are allowed `file://...` or an absolute path. */
  readonly repository_url: string;
  /** A branch or a tag; only a label when `commit` is given too. */
  readonly branch?: string;
  /** A full object name, or at least its first 7 hexadecimal digits. */
  readonly commit?: string;
  /** Where the tree goes. Whatever is there is removed first, so that the same request can be repeated. */
  readonly directory: string;
  readonly signal?: AbortSignal;
}

/** Reads source trees out of git repositories. */
export interface GitSource {
  /**
   * Resolves branch, tag, commit or default branch to a commit and checks its tree out, without `.git`.
   * The answer's `branch` is the one asked for (a tag's name too), the default branch when nothing was, else null.
   * @throws DeploymentFailedError when the repository or the ref is not there, too large or too slow;
   *   the signal's reason when it was aborted. The directory is gone in both cases.
   */
  fetch(request: SourceRequest): Promise<SourceCommit>;
}

export interface GitSourceOptions {
  /** Holds our own gitconfig and is git's HOME; created when missing. */
  readonly state_dir: string;
  /** The PATH to find git on. */
  readonly path: string;
  /** For one whole fetch, not for each git command. */
  readonly timeout_ms: number;
  /** Limits the downloaded pack, and apart from it the checked out tree. */
  readonly max_size_bytes: number;
  /** Whether `file://` addresses and absolute paths are accepted. */
  readonly allow_local: boolean;
  /** One for each server, by its host. */
  readonly breakers?: Breakers;
}
