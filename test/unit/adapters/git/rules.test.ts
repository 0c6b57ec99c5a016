import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepositoryAddress, redactUserinfo } from '../../../../src/adapters/git/address.ts';
import { GitCommandError, isRefMissing, toFailure } from '../../../../src/adapters/git/failures.ts';
import { isRefName } from '../../../../src/adapters/git/ref-name.ts';
import { DeploymentFailedError } from '../../../../src/domain/deployments/index.ts';

describe('ref names', () => {
  it('are judged as git does, but for a leading hyphen', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '0',
      '-',
      '.',
      '/',
      '@',
      '{',
      '.lock',
      '~',
      ' ',
      '[',
      'é',
      '\\',
      ':',
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(name, (text) => {
        const { status } = spawnSync('git', ['check-ref-format', `refs/heads/${text}`]);
        const expected = status === 0 && !text.startsWith('-') && text !== '@';
        expect(isRefName(text)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('never hold what ls-remote reads as a pattern', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isRefName(text) && /^-|[*?[\\]|\s/.test(text)).toBe(false);
      }),
    );
  });
});

describe('addresses', () => {
  it('lose their credentials, which become a header', () => {
    expect(parseRepositoryAddress('https://token@example.com/a/b.git#x', false)).toEqual({
      url: 'https://example.com/a/b.git',
      authorization: `Basic ${Buffer.from('token:').toString('base64')}`,
    });
  });

  it('become an https or file URL without user information, or are refused', () => {
    const text = fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true }),
      fc.string().map((rest) => `/${rest}`),
    );
    fc.assert(
      fc.property(text, (address) => {
        expect(urlOrReason(address)).toMatch(/^(https:\/\/[^@/]+\/|file:\/\/\/|repository_not_found$)/);
      }),
    );
  });

  it.each([
    'https://x/\nhost',
    'http://example.com/x',
    'file:///%2F',
    '',
    'a/b',
    `https://x/${'a'.repeat(3_000)}`,
  ])('refuses %j', (address) => {
    expect(() => parseRepositoryAddress(address, true)).toThrow('The repository could not be read');
  });

  it('are redacted inside any text', () => {
    expect(redactUserinfo("fatal: unable to access 'https://a:b@c@example.com/x': no")).toBe(
      "fatal: unable to access 'https://example.com/x': no",
    );
  });
});

function urlOrReason(address: string): string {
  try {
    return parseRepositoryAddress(address, true).url;
  } catch (error) {
    return error instanceof DeploymentFailedError ? error.reason : String(error);
  }
}

describe('what git says', () => {
  const failed = (stderr: string, exit_signal: NodeJS.Signals | null = null) =>
    new GitCommandError({ exit_code: exit_signal === null ? 128 : null, exit_signal, stdout: '', stderr });

  it.each([
    [
      "fatal: could not read Username for 'https://x': terminal prompts disabled",
      'repository_not_found',
      'private',
    ],
    [
      "fatal: unable to access 'https://x/': The requested URL returned error: 403",
      'repository_not_found',
      'private',
    ],
    [
      "fatal: unable to access 'https://x/': The requested URL returned error: 301",
      'repository_not_found',
      'redirects',
    ],
    [
      "fatal: repository 'https://x/' not found",
      'repository_not_found',
      "git says: repository 'https://x/' not found",
    ],
    ["git: 'remote-https' is not a git command. See 'git --help'.", 'toolchain_missing', 'https'],
    ['fatal: write error: File too large', 'repository_too_large', ''],
    ['fatal: write error: No space left on device', 'storage_full', ''],
    ['remote: No space left on device\nfatal: early EOF', 'repository_not_found', 'git says: early EOF'],
    ['', 'repository_not_found', 'no reason'],
  ])('%s', (stderr, reason, text) => {
    expect(toFailure(failed(stderr))).toMatchObject({ reason, message: expect.stringContaining(text) });
  });

  it('counts also when git was killed', () => {
    expect(toFailure(failed('', 'SIGKILL'))).toMatchObject({ reason: 'internal' });
  });

  it('tells a missing ref from a missing repository', () => {
    expect(isRefMissing(failed('fatal: remote error: upload-pack: not our ref 12'))).toBe(true);
    expect(isRefMissing(failed('remote: not our ref\nfatal: early EOF'))).toBe(false);
  });

  it('reports a full disk of our own', () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    expect(toFailure(full)).toMatchObject({ reason: 'storage_full' });
  });
});
