import { rm } from 'node:fs/promises';
import { describe, expect, type TestContext, test } from 'vitest';
import { WebSocket } from 'ws';
import { listProcesses } from '../../local/process/process-table.ts';
import { makeHome, processesIn, settledProcesses } from '../support/platform.ts';
import { railwayJson, serverSource, textApp } from '../support/platform-apps.ts';
import { Client, type DeploymentAnswer, type ProjectAnswer, signUp } from '../support/platform-client.ts';
import { hostOf, open } from '../support/platform-http.ts';
import { type Server, type ServerExit, type ServerOptions, startServer } from '../support/platform-server.ts';
import { createRepository, type RepositoryFiles, type TestRepository } from '../support/repository.ts';

/** What the platform may take to end, whatever its apps do. */
const LIMIT_MS = 10_000;

/** A home, and what runs on it; all of it goes when the test ends. */
interface Scene {
  readonly home: string;
  readonly start: (options?: ServerOptions) => Promise<[Server, number]>;
  readonly deployApp: (port: number, files: RepositoryFiles) => Promise<Deployed>;
}

interface Deployed {
  readonly client: Client;
  readonly project: ProjectAnswer;
  readonly repository: TestRepository;
  readonly deployment: DeploymentAnswer;
}

async function makeScene({ onTestFinished }: TestContext): Promise<Scene> {
  const home = await makeHome();
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return {
    home,
    async start(options) {
      const server = startServer(home, options);
      onTestFinished(async () => {
        await server.end('SIGTERM');
      });
      return [server, await server.ready];
    },
    async deployApp(port, files) {
      const repository = createRepository({ files });
      onTestFinished(() => repository.remove());
      const client = await signUp(port, 'ada@example.com');
      const project = await client.createProject({ name: 'stops', repository_url: repository.path });
      return { client, project, repository, deployment: await client.deployed(project.id) };
    },
  };
}

function withinLimit(exited: Promise<ServerExit>): Promise<ServerExit> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It did not end in time')), LIMIT_MS);
  return Promise.race([exited, promise]).finally(() => clearTimeout(timer));
}

// Together, since they mostly wait.
describe.concurrent('the platform', () => {
  test('ends with 0 and no child left, while a stream and a WebSocket are open and the app won’t end', async (context) => {
    const { home, start, deployApp } = await makeScene(context);
    const [server, port] = await start();
    const { deployment } = await deployApp(port, {
      'server.js': `${serverSource("response.write('begun')")}
      const { createHash } = require('node:crypto');
      server.on('upgrade', (request, socket) => {
        const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
        const accept = createHash('sha1').update(key).digest('base64');
        socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
          'Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
        socket.on('error', () => {});
      });
      process.removeAllListeners('SIGTERM');
      process.on('SIGTERM', () => {});`,
    });
    expect(await processesIn(home)).toHaveLength(1);
    const host = hostOf(deployment.url);
    const stream = await open(port, { host });
    stream.on('error', () => undefined).resume();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.on('error', () => undefined);

    server.child.kill('SIGTERM');
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    expect(await withinLimit(server.exited)).toEqual({ code: 0, signal: null });
    expect(await processesIn(home)).toEqual([]);
  });

  test('ends a long poll with an answer', async (context) => {
    const { start, deployApp } = await makeScene(context);
    const [server, port] = await start();
    const { client, deployment } = await deployApp(port, textApp('hello'));
    const { next_cursor } = await client.logPage(deployment.id, '', 0);
    const waiting = client.logPage(deployment.id, next_cursor, 20);
    // The next question on another connection is answered after the first has begun.
    await client.deployment(deployment.id);
    server.child.kill('SIGTERM');
    expect((await waiting).data).toEqual([]);
    expect(await withinLimit(server.exited)).toEqual({ code: 0, signal: null });
  });

  test('ends through npm as well, with nothing left behind', async (context) => {
    const { home, start, deployApp } = await makeScene(context);
    const [server, port] = await start({ command: ['npm', 'start', '--silent'] });
    const { deployment } = await deployApp(port, textApp('hello'));
    const below = await descendantsOf(server.pid);
    expect(below).not.toEqual([]);
    expect(deployment.status).toBe('success');

    server.child.kill('SIGTERM');
    expect(await withinLimit(server.exited)).toEqual({ code: 0, signal: null });
    const alive = (await listProcesses()).filter(({ zombie }) => !zombie).map(({ pid }) => pid);
    expect(below.filter((pid) => alive.includes(pid))).toEqual([]);
    expect(await processesIn(home)).toEqual([]);
  });

  test('a deployment that it interrupts goes on after a restart, and tokens stay valid', async (context) => {
    const { home, start, deployApp } = await makeScene(context);
    const [server, port] = await start();
    const { client, project, repository, deployment } = await deployApp(port, textApp('old'));
    repository.commit({
      ...textApp('new'),
      'railway.json': railwayJson(
        {},
        { buildCommand: `test -e ${home}/again || { touch ${home}/again; echo be''gun; sleep 300; }` },
      ),
    });
    const { id } = await client.startDeployment(project.id);
    await client.logged(id, 'begun');
    server.child.kill('SIGTERM');
    expect(await withinLimit(server.exited)).toEqual({ code: 0, signal: null });
    expect(await processesIn(home)).toEqual([]);

    const [, next_port] = await start();
    const after = new Client(next_port, client.token);
    expect(await after.ended(id)).toMatchObject({ status: 'success' });
    const address = `http://${hostOf(deployment.url).replace(String(port), String(next_port))}`;
    expect((await after.visit(address)).text).toBe('new');
    expect(await settledProcesses(home, 1)).toHaveLength(1);
  });
});

async function descendantsOf(pid: number): Promise<number[]> {
  const entries = await listProcesses();
  const below = entries.filter((entry) => entry.parent_pid === pid).map((entry) => entry.pid);
  return [...below, ...(await Promise.all(below.map(descendantsOf))).flat()];
}
