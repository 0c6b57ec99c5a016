import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { railwayJson, serverSource } from '../support/platform-apps.ts';
import { type Client, type DeploymentAnswer, signUp } from '../support/platform-client.ts';
import { hostOf, open, send } from '../support/platform-http.ts';
import { exchange, openSocket } from '../support/platform-load.ts';
import { ECHO_SOCKETS } from '../support/platform-sockets.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

// As long as a project's name may be: one more than a label of a host name.
const LONG_NAME = `A.Long_name-${'x'.repeat(51)}Z`;
const PATH = '/api/v1/projects';

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let app: DeploymentAnswer;

beforeAll(async () => {
  const answer = `
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: one\\n\\n');
      request.socket.server.once('next', () => response.end('data: two\\n\\n'));
    } else if (request.url === '/next') {
      server.emit('next');
      response.end();
    } else {
      let bytes = 0;
      request.on('data', (chunk) => { bytes += chunk.length; });
      request.on('end', () => {
        response.setHeader('x-app', name);
        response.end(JSON.stringify({ method: request.method, host: request.headers.host, name, bytes }));
      });
    }`;
  repository = createRepository({
    files: {
      'server.js': `${serverSource(answer, 'const name = process.env.RAILWAY_PROJECT_ID;')}${ECHO_SOCKETS}`,
      'railway.json': railwayJson({ healthcheckTimeout: 60 }),
    },
  });
  platform = await startTestPlatform();
  client = await signUp(platform.port, 'ada@example.com');
  app = await deployNamed(client, 'Shared.Name');
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

async function deployNamed(owner: Client, name: string): Promise<DeploymentAnswer> {
  const project = await owner.createProject({ name, repository_url: repository.path });
  return owner.deployed(project.id);
}

describe('whom a host means', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST', 'localhost.'])('%s is the API', async (name) => {
    for (const host of [name, `${name}:${platform.port}`]) {
      expect(await send(platform.port, { host, path: '/healthz' })).toMatchObject({ status: 200 });
    }
  });

  test.each(['example.com', 'rebound.example', 'nobody.localhost', 'a.shared-name.localhost', '127.0.0.2'])(
    '%s is nobody: a page that says so',
    async (host) => {
      const { status, headers, text } = await send(platform.port, { host, path: '/healthz' });
      expect(status).toBe(404);
      expect(headers['content-type']).toContain('text/html');
      expect(text).toContain(`<code>${host}</code>`);
    },
  );

  test('an app’s own host reaches it, whatever its case', async () => {
    const host = hostOf(app.url);
    expect(host).toBe(`shared-name.localhost:${platform.port}`);
    const { status, text } = await send(platform.port, { host: host.toUpperCase(), path: '/healthz' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ name: app.project_id, host: host.toUpperCase() });
  });
});

describe('names that meet', () => {
  test('another team’s project of the same name gets a host of its own; both answer', async () => {
    const other = await signUp(platform.port, 'grace@example.com');
    const theirs = await deployNamed(other, 'Shared.Name');
    expect(hostOf(theirs.url)).toMatch(/^shared-name-[a-z0-9]{8}\.localhost:/);
    for (const { url, project_id } of [app, theirs]) {
      expect(JSON.parse((await client.visit(url)).text)).toMatchObject({ name: project_id });
    }
    // It stays over deployments.
    expect((await other.deployed(theirs.project_id)).url).toBe(theirs.url);
  });

  test('the longest name has a host that fits, and so has its like', async () => {
    expect(LONG_NAME).toHaveLength(64);
    const long = await deployNamed(client, LONG_NAME);
    const like = await deployNamed(client, LONG_NAME.replace('_', '-').replace('.', '-'));
    for (const { url, project_id } of [long, like]) {
      const label = hostOf(url).split('.')[0] ?? '';
      expect(label).toMatch(/^a-long-name-[x]+[a-z0-9-]*[a-z0-9]$/);
      expect(label.length).toBeLessThanOrEqual(63);
      expect(JSON.parse((await client.visit(url)).text)).toMatchObject({ name: project_id });
    }
    expect(long.url).not.toBe(like.url);
  });
});

describe('what passes through to an app', () => {
  test('a HEAD, with its headers and without a body', async () => {
    const answer = await send(platform.port, { host: hostOf(app.url), method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['x-app']).toBe(app.project_id);
  });

  test('a body that is larger than the API takes', async () => {
    const body = 'x'.repeat(3 * 1024 * 1024);
    const { text } = await send(platform.port, { host: hostOf(app.url), method: 'POST', body });
    expect(JSON.parse(text)).toMatchObject({ method: 'POST', bytes: body.length });
  });

  test('a WebSocket', async () => {
    const socket = await openSocket(platform.port, app.url);
    expect(await exchange(socket, 'hello')).toBe(`${app.project_id}:hello`);
    socket.close();
  });

  test('events, each as it comes', async () => {
    const host = hostOf(app.url);
    const events = await open(platform.port, { host, path: '/events' });
    const reader = events.setEncoding('utf8')[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: 'data: one\n\n' });
    await send(platform.port, { host, path: '/next' });
    expect(await reader.next()).toMatchObject({ value: 'data: two\n\n' });
    expect(await reader.next()).toMatchObject({ done: true });
  });
});

describe('what the API refuses', () => {
  const problemOf = (text: string) => JSON.parse(text) as Record<string, unknown>;

  test('HEAD answers as GET would, without a body', async () => {
    const get = await send(platform.port, { path: '/healthz' });
    const head = await send(platform.port, { path: '/healthz', method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test('a method that an address does not take: 405, with those that it does', async () => {
    const { status, headers, text } = await client.call('PATCH', '/projects');
    expect(status).toBe(405);
    expect(headers['allow']?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(problemOf(text)).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });

  test('an address that does not exist: 404', async () => {
    const { status, text } = await client.call('GET', '/nothing');
    expect(status).toBe(404);
    expect(problemOf(text)).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
  });

  test('a body over 1 MB: 413', async () => {
    const { status, text } = await client.call('POST', '/projects', { name: 'x'.repeat(1024 * 1024) });
    expect(status).toBe(413);
    expect(problemOf(text)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  test('a body far over 1 MB, whose client sends all of it: 413 all the same', async () => {
    const { status } = await client.call('POST', '/projects', { name: 'x'.repeat(20 * 1024 * 1024) });
    expect(status).toBe(413);
  });

  test.each(['{"name":', '', '\u0000', '[]', 'null'])('the body %j', async (body) => {
    const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
    const { status, text } = await send(platform.port, { method: 'POST', path: PATH, headers, body });
    expect(status).toBe(400);
    expect(['INVALID_JSON', 'VALIDATION_FAILED']).toContain(problemOf(text)['code']);
  });

  test('what is no HTTP at all', async () => {
    const socket = connect(platform.port, '127.0.0.1');
    socket.end('hello\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString('utf8')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send(platform.port, { path: '/healthz' })).toMatchObject({ status: 200 });
  });
});
