import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { railwayJson, serverSource } from '../support/platform-apps.ts';
import { type Client, signUp } from '../support/platform-client.ts';
import { hostOf, open } from '../support/platform-http.ts';
import { exchange, openSocket, startLoad } from '../support/platform-load.ts';
import { ECHO_SOCKETS } from '../support/platform-sockets.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let project_id: string;

beforeAll(async () => {
  repository = createRepository({ files: version('one') });
  platform = await startTestPlatform();
  client = await signUp(platform.port, 'ada@example.com');
  const project = await client.createProject({ name: 'loaded', repository_url: repository.path });
  project_id = project.id;
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

/** Answers at once, in slow pieces, or never to the end; says what was under way when it was asked to end. */
function version(name: string) {
  const answer = `
    open += 1;
    response.on('close', () => { open -= 1; });
    if (request.url === '/slow') {
      response.write(name);
      const timer = setInterval(() => response.write(' .'), 20);
      setTimeout(() => { clearInterval(timer); response.end(' end'); }, 150);
    } else if (request.url === '/held') {
      response.write(name);
    } else response.end(name);`;
  return {
    'server.js': `${serverSource(answer, `const name = '${name}'; let open = 0;`)}
      ${ECHO_SOCKETS}
      process.on('SIGTERM', () => console.log('asked to end with ' + open + ' under way'));`,
    'railway.json': railwayJson({ healthcheckTimeout: 60 }),
  };
}

test('no request is lost over two redeployments and a rollback', async () => {
  const first = await client.deployed(project_id);
  const load = startLoad(platform.port, first.url, ['/', '/', '/a', '/slow', '/slow', '/slow']);
  const socket = await openSocket(platform.port, first.url);
  expect(await exchange(socket, 'hello')).toBe('one:hello');

  repository.commit(version('two'));
  const second = await client.deployed(project_id);
  expect((await client.visit(second.url)).text).toBe('two');
  // The first release's socket is still with it.
  expect(await exchange(socket, 'still')).toBe('one:still');
  socket.close();

  repository.commit(version('three'));
  const third = await client.deployed(project_id);
  await client.rolledBack(second.id);
  expect((await client.visit(second.url)).text).toBe('two');

  const texts = await load.end();
  expect(load.failures).toEqual([]);
  for (const name of ['one', 'two', 'three']) expect(texts.get(name)).toBeGreaterThan(0);
  for (const text of texts.keys()) expect(text).toMatch(/^(one|two|three)( [ .]*end)?$/);
  for (const { id } of [first, second, third]) await client.logged(id, 'asked to end with 0 under way');
});

test('the release before ends only when its last request has', async () => {
  repository.commit(version('four'));
  const fourth = await client.deployed(project_id);
  const held = await open(platform.port, { host: hostOf(fourth.url), path: '/held' });
  const chunks: string[] = [];
  held.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));

  repository.commit(version('five'));
  const fifth = await client.deployed(project_id);
  expect((await client.visit(fifth.url)).text).toBe('five');
  expect((await client.log(fourth.id)).map((line) => line.message)).not.toContainEqual(
    expect.stringContaining('asked to end'),
  );
  expect(held.complete).toBe(false);
  held.destroy();
  await client.logged(fourth.id, 'asked to end with 0 under way');
  expect(chunks).toEqual(['four']);
});
