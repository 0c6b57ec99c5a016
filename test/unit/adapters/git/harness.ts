import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitSource } from '../../../../src/adapters/git/source.ts';
import type { GitSource, GitSourceOptions } from '../../../../src/adapters/git/types.ts';

/** A source with a state folder of its own, and a fresh place for a tree. */
export interface SourceHarness {
  readonly root: string;
  /** Where the next tree goes. */
  readonly directory: string;
  source(options?: Partial<GitSourceOptions>): GitSource;
  /** A PATH whose `git` is this shell script; `$REAL_PATH` is the PATH without it. */
  pathWithGit(script: string): string;
  remove(): void;
}

export function createSourceHarness(): SourceHarness {
  const root = mkdtempSync(join(tmpdir(), 'branchline-git-'));
  const path = process.env['PATH'] ?? '';
  return {
    root,
    directory: join(root, 'tree'),
    source: (options = {}) =>
      createGitSource({
        state_dir: join(root, 'state'),
        path,
        timeout_ms: 25_000,
        max_size_bytes: 50_000_000,
        allow_local: true,
        ...options,
      }),
    pathWithGit(script) {
      const bin = join(root, 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'git'), `#!/bin/sh\nREAL_PATH='${path}'\n${script}\n`);
      chmodSync(join(bin, 'git'), 0o755);
      return `${bin}:${path}`;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
