import { join } from 'node:path';
import type { RepositoryAddress } from './address.ts';
import { gitEnvironment } from './environment.ts';
import { GitCommandError } from './failures.ts';
import { runGitProcess } from './process.ts';
import type { GitSourceOptions } from './types.ts';

/** One temporary repository, in which all git commands of one fetch run. */
export interface Repository {
  readonly git_dir: string;
  /** Runs a git command and returns its standard output.
   *  @throws GitCommandError when it ends with anything but 0 */
  run(args: readonly string[], onStdout?: (chunk: Buffer) => void): Promise<string>;
}

export interface RepositoryRequest {
  readonly options: GitSourceOptions;
  readonly config_path: string;
  readonly address: RepositoryAddress;
  /** The work tree; git's own data lives in its `.git` until the checkout is done. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Makes an empty repository in an existing directory. The git directory is always named, never searched for. */
export async function createRepository(request: RepositoryRequest): Promise<Repository> {
  const { options, directory } = request;
  const git_dir = join(directory, '.git');
  const env = gitEnvironment(options, request.config_path, request.address);
  const run = async (args: readonly string[], onStdout?: (chunk: Buffer) => void): Promise<string> => {
    const result = await runGitProcess({
      args: [`--git-dir=${git_dir}`, `--work-tree=${directory}`, ...args],
      env,
      cwd: directory,
      max_file_bytes: options.max_size_bytes,
      signal: request.signal,
      ...(onStdout === undefined ? {} : { onStdout }),
    });
    if (result.exit_code !== 0) throw new GitCommandError(result);
    return result.stdout;
  };
  // An empty template: the machine's own may bring hooks.
  await run(['init', '--quiet', '--template=']);
  return { git_dir, run };
}
