import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes a git repository in a temporary folder out of an example, with one commit on `main`.
 *  @returns its folder */
export async function createExampleRepository(example_dir: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-demo-repository-'));
  await cp(example_dir, folder, { recursive: true });
  const git = (...args: string[]) => run('git', args, { cwd: folder, env: gitEnvironment() });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Say hello');
  return folder;
}

/** The caller's own git settings (signing, hooks, templates) must not get in the demo's way. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const author = { name: 'Branchline demo', email: 'demo@example.com' };
  return {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
}
