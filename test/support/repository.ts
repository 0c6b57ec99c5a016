import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A file of a repository: its content, an executable, a symbolic link, or null to remove it. */
export type RepositoryFile =
  | string
  | Uint8Array
  | { readonly executable: string }
  | { readonly symlink: string }
  | null;

export type RepositoryFiles = Readonly<Record<string, RepositoryFile>>;

/** A real git repository in a temporary folder. Its shas depend on nothing but what is committed, in which order. */
export interface TestRepository {
  readonly path: string;
  /** The sha of the first commit. */
  readonly sha: string;
  /** Commits all files on the current branch and returns the sha. */
  commit(files: RepositoryFiles, message?: string): string;
  /** Switches to a branch, which begins at the current commit when there is none of that name. */
  branch(name: string): void;
  /** Tags the current commit; with a message the tag is an object of its own. */
  tag(name: string, message?: string): void;
  /** Runs any git command in it and returns what it prints. */
  git(...args: string[]): string;
  remove(): void;
}

const AUTHOR_NAME = 'Ada Author';
const AUTHOR_EMAIL = 'ada@example.com';
const FIRST_COMMIT_S = 1_700_000_000;

/**
 * Makes a repository with one commit.
 * @param options - `branch` is the default branch (main); without any file the repository has no commit at all
 */
export function createRepository(options: {
  readonly files: RepositoryFiles;
  readonly branch?: string;
  readonly message?: string;
}): TestRepository {
  const path = mkdtempSync(join(tmpdir(), 'branchline-repository-'));
  let commits = 0;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', path, ...args], { encoding: 'utf8', env: environment(commits) }).trim();

  const commit = (files: RepositoryFiles, message = `Commit ${commits + 1}`): string => {
    for (const [name, file] of Object.entries(files)) writeEntry(join(path, name), file);
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', `--message=${message}`);
    commits += 1;
    return git('rev-parse', 'HEAD');
  };

  git('init', '--quiet', '--template=', `--initial-branch=${options.branch ?? 'main'}`);
  const sha = Object.keys(options.files).length === 0 ? '' : commit(options.files, options.message);

  return {
    path,
    sha,
    commit,
    git,
    branch(name) {
      const exists = git('branch', '--list', name) !== '';
      git('switch', '--quiet', ...(exists ? [name] : ['--create', name]));
    },
    tag(name, message) {
      git('tag', ...(message === undefined ? [] : ['--annotate', `--message=${message}`]), name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function writeEntry(path: string, file: RepositoryFile): void {
  rmSync(path, { recursive: true, force: true });
  if (file === null) return;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof file === 'string' || file instanceof Uint8Array) writeFileSync(path, file);
  else if ('symlink' in file) symlinkSync(file.symlink, path);
  else writeFileSync(path, file.executable, { mode: 0o755 });
}

/** Nothing of the machine's git settings; the dates move by a minute with each commit. */
function environment(commits: number): Record<string, string> {
  const date = `${FIRST_COMMIT_S + commits * 60} +0000`;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_AUTHOR_NAME: AUTHOR_NAME,
    GIT_AUTHOR_EMAIL: AUTHOR_EMAIL,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: AUTHOR_NAME,
    GIT_COMMITTER_EMAIL: AUTHOR_EMAIL,
    GIT_COMMITTER_DATE: date,
  };
}
