import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STATIC_SERVER_SOURCE } from '../../../../src/domain/builds/dockerfile-static-server.ts';

let folder = '';
const servers: ChildProcess[] = [];
let pages = 0;
let app = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-static-'));
  await mkdir(join(folder, 'site/.well-known'), { recursive: true });
  await mkdir(join(folder, 'site/sub'));
  const files = {
    'site/index.html': '<h1>home</h1>',
    'site/about.html': 'about',
    'site/sub/index.html': 'sub',
    'site/a b.css': 'css',
    'site/.env': 'SECRET=1',
    'site/.well-known/x.txt': 'known',
    'outside.txt': 'outside',
    'serve.mjs': STATIC_SERVER_SOURCE,
  };
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
  await symlink('../outside.txt', join(folder, 'site/link.txt'));
  [pages, app] = await Promise.all([start(), start('single-page')]);
});

afterAll(async () => {
  for (const server of servers) server.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function start(...mode: string[]): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  probe.close();
  const argv = [join(folder, 'serve.mjs'), join(folder, 'site'), ...mode];
  const server = spawn(process.execPath, argv, { env: { PORT: String(port) } });
  servers.push(server);
  await once(server.stdout, 'data');
  return port;
}

// Not fetch, which tidies `..` away.
async function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
) {
  const asking = request({ port, path, agent: false, ...options }).end();
  const [response] = await once(asking, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

test.each([
  ['/', 200, '<h1>home</h1>'],
  ['/?x=1', 200, '<h1>home</h1>'],
  ['/about', 200, 'about'],
  ['/sub', 200, 'sub'],
  ['/sub/', 200, 'sub'],
  ['/a%20b.css', 200, 'css'],
  ['/.well-known/x.txt', 200, 'known'],
  ['/.env', 404, 'Not found\n'],
  ['/missing', 404, 'Not found\n'],
  ['/../outside.txt', 404, 'Not found\n'],
  ['/%2e%2e/outside.txt', 404, 'Not found\n'],
  ['/link.txt', 404, 'Not found\n'],
  ['/%00', 404, 'Not found\n'],
  ['/%', 404, 'Not found\n'],
])('%s answers %i', async (path, status, body) => {
  expect(await ask(pages, path)).toMatchObject({ status, body });
});

test('a single-page application answers unknown paths, and still hides what it hides', async () => {
  expect(await ask(app, '/missing/deep')).toMatchObject({ status: 200, body: '<h1>home</h1>' });
  expect(await ask(app, '/.env')).toMatchObject({ status: 404 });
});

test('types, ETag, HEAD and other methods', async () => {
  const first = await ask(pages, '/a%20b.css');
  expect(first.headers).toMatchObject({
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const headers = { 'if-none-match': String(first.headers['etag']) };
  expect(await ask(pages, '/a%20b.css', { headers })).toMatchObject({ status: 304, body: '' });
  const head = await ask(pages, '/', { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '13' } });
  const post = await ask(pages, '/', { method: 'POST' });
  expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('SIGTERM ends it', async () => {
  const exits = servers.map((server) => once(server, 'exit'));
  for (const server of servers) server.kill('SIGTERM');
  expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0]);
});
