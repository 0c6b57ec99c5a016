import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSourceSnapshot } from '../../../../src/adapters/source-tree/read-snapshot.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'source-tree-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string | Buffer = ''): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

test('every file is listed in order, without what git and installs put there', async () => {
  for (const path of [
    'b.txt',
    'a/z.txt',
    'a.txt',
    '.git/config',
    'node_modules/x/package.json',
    'web/node_modules/y',
  ]) {
    await write(path);
  }
  await write('.venv/bin/python');
  const { files, truncated } = await readSourceSnapshot(root);
  expect(files).toEqual(['a.txt', 'a/z.txt', 'b.txt']);
  expect(truncated).toBe(false);
});

test('well-known files come parsed, and no others', async () => {
  await write('package.json', '\uFEFF{"name":"x"}');
  await write('railway.toml', '[deploy]\nstartCommand = "x"\n');
  await write('Procfile', 'web: x\n');
  await write('notes.json', '{}');
  const { documents } = await readSourceSnapshot(root);
  expect(documents).toEqual({
    'package.json': { kind: 'data', value: { name: 'x' } },
    'railway.toml': { kind: 'data', value: { deploy: { startCommand: 'x' } } },
    Procfile: { kind: 'text', text: 'web: x\n' },
  });
});

test.each([
  ['package.json', '{oops', 'is not valid JSON: '],
  ['pyproject.toml', '[oops', 'is not valid TOML: '],
  ['package.json', '', 'is not valid JSON: '],
])('a %s that can not be parsed says why', async (path, content, reason) => {
  await write(path, content);
  const { documents } = await readSourceSnapshot(root);
  expect(documents[path]).toEqual({ kind: 'invalid', reason: expect.stringContaining(reason) });
});

test('a link that leads out of the tree is not there', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'app.py'), 'secret');
  await symlink('/etc/passwd', join(root, 'Procfile'));
  await symlink('../../../../../../../../etc/passwd', join(root, 'go.mod'));
  await symlink(outside, join(root, 'web'));
  await symlink(`${root}-sibling`, join(root, 'start.sh'));
  await write('index.html');
  const snapshot = await readSourceSnapshot(root);
  expect(snapshot.files).toEqual(['index.html']);
  expect(snapshot.documents).toEqual({});
  await rm(outside, { recursive: true });
});

test('a link to a file inside the tree is that file', async () => {
  await write('config/Procfile', 'web: x');
  await symlink('config/Procfile', join(root, 'Procfile'));
  const { files, documents } = await readSourceSnapshot(root);
  expect(files).toEqual(['Procfile', 'config/Procfile']);
  expect(documents['Procfile']).toEqual({ kind: 'text', text: 'web: x' });
});

test('links to folders, to nothing, in circles and into .git are left out', async () => {
  await write('.git/config', 'x');
  await write('a/b.txt');
  await symlink('a', join(root, 'linked'));
  await symlink('missing', join(root, 'Staticfile'));
  await symlink('Procfile', join(root, 'Procfile'));
  await symlink('.git/config', join(root, 'go.mod'));
  await symlink('.', join(root, 'self'));
  expect((await readSourceSnapshot(root)).files).toEqual(['a/b.txt']);
});

test('a named pipe is not a file, and nothing waits for it', async () => {
  execFileSync('mkfifo', [join(root, 'Procfile')]);
  expect(await readSourceSnapshot(root)).toMatchObject({ files: [], documents: {} });
});

test('the root itself may be a link', async () => {
  await write('tree/Procfile', 'web: x');
  await symlink('tree', join(root, 'current'));
  expect((await readSourceSnapshot(join(root, 'current'))).files).toEqual(['Procfile']);
});

test('executable well-known files are known', async () => {
  await write('start.sh', '#!/bin/sh\n');
  await write('Procfile', 'web: x');
  await chmod(join(root, 'start.sh'), 0o755);
  expect([...(await readSourceSnapshot(root)).executables]).toEqual(['start.sh']);
});

test('the list is cut off at its limit, the deepest files first', async () => {
  for (const path of ['a/b/c.txt', 'a/b.txt', 'z.txt']) await write(path);
  const limits = { max_files: 2, max_document_bytes: 1024 };
  expect(await readSourceSnapshot(root, limits)).toMatchObject({
    files: ['a/b.txt', 'z.txt'],
    truncated: true,
  });
});

test('a configuration file over the limit is invalid; of a lockfile only the beginning is read', async () => {
  await write('package.json', JSON.stringify({ x: 'y'.repeat(1024 * 1024) }));
  await write('yarn.lock', `# yarn lockfile v1\n${'x'.repeat(3 * 1024 * 1024)}`);
  const { documents } = await readSourceSnapshot(root);
  expect(documents['package.json']).toEqual({ kind: 'invalid', reason: 'is larger than 1048576 bytes' });
  expect(documents['yarn.lock']).toMatchObject({
    kind: 'text',
    text: expect.stringMatching(/^# yarn lockfile v1/),
  });
});

test('only so many sources are read', async () => {
  for (let index = 0; index < 60; index++) await write(`m${index}.py`, 'x');
  const { files, documents } = await readSourceSnapshot(root);
  expect([files.length, Object.keys(documents).length]).toEqual([60, 50]);
});

test('names that look like the prototype of objects change nothing', async () => {
  await write('package.json', '{"__proto__": {"polluted": true}, "scripts": {"__proto__": {"x": 1}}}');
  await write('railway.toml', '[__proto__]\npolluted = true\n');
  await write('__proto__/app.py', 'x');
  await readSourceSnapshot(root);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('deeply nested JSON and TOML are refused or read, and nothing breaks', async () => {
  await write('package.json', '['.repeat(500_000));
  await write('pyproject.toml', `a = ${'['.repeat(200_000)}`);
  const { documents } = await readSourceSnapshot(root);
  expect(documents['package.json']?.kind).toBe('invalid');
  expect(documents['pyproject.toml']?.kind).toBe('invalid');
});

test('a file whose name is not UTF-8 is left out', async () => {
  await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff]), Buffer.from('.py')]), 'x');
  expect((await readSourceSnapshot(root)).files).toEqual([]);
});
