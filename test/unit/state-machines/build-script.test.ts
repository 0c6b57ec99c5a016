import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuildHarness, createBuildHarness, fakeDocker } from './build-harness.ts';

let harness: BuildHarness;

beforeEach(async () => {
  harness = await createBuildHarness();
  await harness.source({ 'index.js': 'one', 'deep/file': 'two', Dockerfile: 'FROM own' });
  harness.job();
  fakeDocker(harness, 'exit 0');
});

afterEach(() => harness.close());

const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    // It is not on this machine.
    return false;
  }
};

describe('a build', () => {
  it('takes its job once, builds the source, and hands the image over', async () => {
    const { code, output, docker_build } = await harness.run();
    expect(output).toContain('Handed over an image of 9 bytes.');
    expect(code).toBe(0);
    expect(harness.requests).toEqual(['GET /job', 'DELETE /job', 'GET /source', 'PUT /image']);
    expect(harness.objects['/image']?.toString()).toBe('the image');
    expect(docker_build.slice(2, 8)).toEqual([
      '--progress',
      'plain',
      '--network',
      'default',
      '--file',
      expect.stringMatching(/\/Dockerfile$/),
    ]);
    expect(readFileSync(join(harness.root, 'context/deep/file'), 'utf8')).toBe('two');
    expect(readFileSync(join(harness.root, 'dockerfile'), 'utf8')).toBe('FROM scratch\n');
    expect(readFileSync(join(harness.root, 'dockerignore'), 'utf8')).toBe('.git\n');
  });

  it("uses the repository's own Dockerfile where the job names it", async () => {
    harness.job({ dockerfile: { kind: 'repository', path: './Dockerfile' } });
    expect(await harness.run()).toMatchObject({ code: 0 });
    expect(readFileSync(join(harness.root, 'dockerfile'), 'utf8')).toBe('FROM own');
  });

  it('leaves no address in an argument, in the output or with docker, and nothing on the disk', async () => {
    const { output, calls } = await harness.run({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/secret' });
    expect(JSON.stringify(calls)).not.toMatch(/http:|\/secret/);
    expect(output).not.toMatch(/http:/);
    const environment = readFileSync(join(harness.root, 'docker-environment'), 'utf8');
    const names = environment.split('\n').map((line) => line.split('=')[0]);
    expect(new Set(names)).toEqual(new Set(['DOCKER_BUILDKIT', 'HOME', 'PATH', 'PWD', '']));
    // Docker's settings lie with the job, and go with it.
    expect(environment).toMatch(new RegExp(`^HOME=${harness.root}/tmp/\\S+$`, 'm'));
    expect(readdirSync(join(harness.root, 'tmp'))).toEqual([]);
  });

  it('passes build arguments as they are, and evaluates none', async () => {
    const build_arguments = { A: '$(touch pwned) `id` "q" \'s\'', B: 'two\nlines=and more', C: '' };
    harness.job({ build_arguments });
    const { code, docker_build } = await harness.run();
    expect(code).toBe(0);
    const given = docker_build.filter((_argument, index) => docker_build[index - 1] === '--build-arg');
    expect(given).toEqual(Object.entries(build_arguments).map(([name, value]) => `${name}=${value}`));
  });

  it('passes build secrets by files, so that no argument holds one', async () => {
    const build_secrets = { TOKEN: "s3cr3t $(id)\n'two", EMPTY: '' };
    harness.job({ build_secrets });
    const { code, docker_build } = await harness.run();
    expect(code).toBe(0);
    const given = docker_build.filter((_argument, index) => docker_build[index - 1] === '--secret');
    expect(given.map((text) => text.replace(/src=.*\//, 'src='))).toEqual([
      'id=TOKEN,src=TOKEN',
      'id=EMPTY,src=EMPTY',
    ]);
    for (const [name, value] of Object.entries(build_secrets)) {
      expect(readFileSync(join(harness.root, 'secrets', name), 'utf8')).toBe(value);
    }
    expect(docker_build.join()).not.toContain('s3cr3t');
  });

  it.each(['../escaped', 'A,src=/etc/passwd', ''])('refuses a secret of the name %j', async (name) => {
    harness.job({ build_secrets: { [name]: 'x' } });
    expect(await harness.run()).toMatchObject({ code: 70, docker_build: [] });
  });

  it('closes the metadata addresses to the image build', async () => {
    const { calls } = await harness.run();
    const closed = calls
      .filter(([name]) => name === 'iptables')
      .map((call) => call[call.indexOf('--destination') + 1]);
    expect(closed).toEqual(['169.254.169.254', '169.254.170.2']);
  });

  it.skipIf(!has('curl'))('speaks to the server by curl', async () => {
    const curl = execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim();
    harness.program('curl', `exec '${curl}' "$@"`);
    expect(await harness.run()).toMatchObject({ code: 0 });
    expect(harness.requests).toEqual(['GET /job', 'DELETE /job', 'GET /source', 'PUT /image']);
    expect(harness.objects['/image']?.toString()).toBe('the image');
  });
});

describe('a failure has its own exit code', () => {
  it.each([
    ['a failed command', 'echo "ERROR: process did not complete successfully: exit code: 1"; exit 1', 20],
    ['a killed command', 'echo "ERROR: process did not complete successfully: exit code: 137"; exit 1', 22],
    [
      'a killed command, as older builders say it',
      'echo "executor failed running [x]: exit code: 137"; exit 1',
      22,
    ],
    ['a full disk', 'echo "write /x: No space left on device"; exit 1', 23],
    ['text about a full disk long before the end', 'echo "no space left on device"; seq 100; exit 1', 20],
  ])('%s', async (_name, build, code) => {
    fakeDocker(harness, build);
    expect(await harness.run()).toMatchObject({ code });
    expect(harness.requests).not.toContain('PUT /image');
  });

  it('a build that takes too long', async () => {
    harness.job({ time_limit_s: 1 });
    fakeDocker(harness, 'sleep 20; exit 0');
    const { code, output } = await harness.run();
    expect(output).toContain('The build was stopped after 1 s.');
    expect(code).toBe(21);
  });

  it("memory that the kernel's own count tells of", async () => {
    const vmstat = join(harness.root, 'vmstat');
    writeFileSync(vmstat, 'pgfault 9\noom_kill 3\n');
    fakeDocker(harness, `printf 'oom_kill 4\\n' > '${vmstat}'; exit 1`);
    expect(await harness.run({ VMSTAT_FILE: vmstat })).toMatchObject({ code: 22 });
  });

  it('an image that is too large', async () => {
    harness.job({ max_image_bytes: 3 });
    expect(await harness.run()).toMatchObject({ code: 25 });
    expect(harness.requests).not.toContain('PUT /image');
  });

  it.each([['missing'], ['../../bin/docker'], ['/etc/passwd'], ['deep'], ['']])(
    'a Dockerfile that is not in the repository: %j',
    async (path) => {
      harness.job({ dockerfile: { kind: 'repository', path: path === '' ? '.' : path } });
      expect(await harness.run()).toMatchObject({ code: 24, docker_build: [] });
    },
  );

  it('a job that somebody took before', async () => {
    expect(await harness.run()).toMatchObject({ code: 0 });
    const { code, output } = await harness.run();
    expect(output).toContain('Something went wrong on our side.');
    expect(code).toBe(70);
  });

  it.each([
    ['no source', () => delete harness.objects['/source']],
    ['a source that is no archive', () => (harness.objects['/source'] = Buffer.from('nothing'))],
    ['a job that lacks an address', () => (harness.objects['/job'] = Buffer.from('source_url=eA==\n'))],
    ['a job that is no job', () => (harness.objects['/job'] = Buffer.from('<html>'))],
  ])('%s', async (_name, spoil) => {
    spoil();
    expect(await harness.run()).toMatchObject({ docker_build: [], code: 70 });
  });
});

describe('a source that would leave its folder', () => {
  it.each([
    ['a parent', '../escaped'],
    ['an absolute path', '/tmp/branchline-escaped'],
  ])('%s', async (_name, path) => {
    harness.objects['/source'] = await evilArchive([{ path, content: 'x' }]);
    await harness.run();
    expect(existsSync(join(harness.root, 'tmp', 'escaped'))).toBe(false);
    expect(existsSync('/tmp/branchline-escaped')).toBe(false);
  });

  it('a file behind a link that leads outside', async () => {
    harness.objects['/source'] = await evilArchive([
      { path: 'out', linkpath: harness.root },
      { path: 'out/escaped', content: 'x' },
    ]);
    await harness.run();
    expect(existsSync(join(harness.root, 'escaped'))).toBe(false);
  });
});

/** An archive that no packer would write. */
async function evilArchive(
  entries: readonly { readonly path: string; readonly content?: string; readonly linkpath?: string }[],
): Promise<Buffer> {
  const { Header } = await import('tar');
  const { gzipSync } = await import('node:zlib');
  const blocks = entries.flatMap(({ path, content = '', linkpath }) => {
    const header = new Header({
      path,
      mode: 0o644,
      size: content.length,
      type: linkpath === undefined ? 'File' : 'SymbolicLink',
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    header.encode();
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512, 0);
    body.write(content);
    return [header.block ?? Buffer.alloc(512), body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
