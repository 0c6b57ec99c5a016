import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOf, makeHome, settledProcesses } from '../support/platform.ts';
import { railwayJson, serverSource } from '../support/platform-apps.ts';
import { Client, type DeploymentAnswer, type ProjectAnswer, signUp } from '../support/platform-client.ts';
import { send } from '../support/platform-http.ts';
import { type Server, startServer } from '../support/platform-server.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const HOST = 'killed.localhost';

let home: string;
/** Where apps and builds note that they began, to behave another way the second time. */
let notes: string;
let repository: TestRepository;
let project: ProjectAnswer;
let server: Server;
let client: Client;
/** What has to be served next time. */
let text: string;

beforeAll(async () => {
  home = await makeHome();
  notes = mkdtempSync(join(tmpdir(), 'branchline-notes-'));
  text = 'first';
  repository = createRepository({ files: app(text) });
  server = startServer(home);
  client = await signUp(await server.ready, 'ada@example.com');
  project = await client.createProject({ name: 'killed', repository_url: repository.path });
  await client.deployed(project.id);
});

afterAll(async () => {
  await server?.end('SIGTERM');
  repository?.remove();
  for (const folder of [home, notes]) await rm(folder, { recursive: true, force: true });
});

/** What answers, and what else is there. */
async function state() {
  const answer = await send(client.port, { host: HOST });
  const [served, pid] = answer.text.split(' ');
  const strays = (await settledProcesses(home, 1)).filter((process) => process !== Number(pid));
  return { status: answer.status, served, strays, sources: await entriesOf(home, 'sources') };
}

/** The one process of the app that answers, and nothing else: no orphan, no second copy. */
function onlyServing(name: string) {
  return { status: 200, served: name, strays: [], sources: [] };
}

/** An app that says which it is, and its process. */
function app(name: string, build?: string) {
  return {
    'server.js': serverSource(`response.end('${name} ' + process.pid);`),
    'railway.json': railwayJson(
      { healthcheckTimeout: 60 },
      build === undefined ? {} : { buildCommand: build },
    ),
  };
}

/** Ends the platform as a crash would, and starts it again on the same home. */
async function killAndRestart(): Promise<void> {
  expect(await server.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  server = startServer(home);
  client = new Client(await server.ready, client.token);
}

/** Deploys another version, for which the lock has to be free. */
async function deployNext(name: string): Promise<void> {
  text = name;
  repository.commit(app(name));
  await client.deployed(project.id);
}

function expectEnd({ status, failure }: DeploymentAnswer): void {
  if (status === 'failed') expect(failure?.reason).toBe('interrupted');
  else expect(status).toBe('success');
}

test('killed while nothing goes on: the app is up again', async () => {
  await killAndRestart();
  expect(await state()).toEqual(onlyServing(text));
});

test('killed as soon as a deployment was accepted', async () => {
  repository.commit(app('accepted'));
  const { id } = await client.startDeployment(project.id);
  await killAndRestart();
  const ended = await client.ended(id);
  expectEnd(ended);
  if (ended.status === 'success') text = 'accepted';
  expect(await state()).toEqual(onlyServing(text));
});

test('killed while it prepares', async () => {
  repository.commit(app('prepared'));
  const { id } = await client.startDeployment(project.id);
  await client.reached(id, ({ steps }) => steps.length > 0);
  await killAndRestart();
  const ended = await client.ended(id);
  expectEnd(ended);
  if (ended.status === 'success') text = 'prepared';
  expect(await state()).toEqual(onlyServing(text));
});

test('killed while it builds: the build is gone, and is done again', async () => {
  const note = join(notes, 'built');
  repository.commit(app('built', `test -e ${note} || { touch ${note}; sleep 300 & echo be''gun; wait; }`));
  const { id } = await client.startDeployment(project.id);
  await client.logged(id, 'begun');
  await killAndRestart();
  expect(await client.ended(id)).toMatchObject({
    status: 'success',
    commit: repository.git('rev-parse', 'HEAD'),
  });
  text = 'built';
  expect(await state()).toEqual(onlyServing(text));
});

test('killed while it waits for the health check: the old release is up, then the new one', async () => {
  const note = join(notes, 'checked');
  const files = app('checked');
  const first_time = `fs.writeFileSync('${note}', ''); console.log('not yet'); setInterval(() => {}, 1000);`;
  repository.commit({
    ...files,
    'server.js': `const fs = require('node:fs');
      if (!fs.existsSync('${note}')) { ${first_time} } else { ${files['server.js']} }`,
  });
  const { id } = await client.startDeployment(project.id);
  await client.logged(id, 'not yet');
  expect((await send(client.port, { host: HOST })).text).toContain(text);
  await killAndRestart();
  expect(await client.ended(id)).toMatchObject({ status: 'success' });
  text = 'checked';
  expect(await state()).toEqual(onlyServing(text));
});

test('killed right after it succeeded', async () => {
  await deployNext('done');
  await killAndRestart();
  expect(await state()).toEqual(onlyServing(text));
});

test('killed while the release before still drains', async () => {
  const slow = { 'server.js': serverSource(`response.write('draining ' + process.pid);`) };
  repository.commit({ ...app('slow'), ...slow });
  await client.deployed(project.id);
  const hanging = send(client.port, { host: HOST }).catch(() => undefined);
  await deployNext('drained');
  await killAndRestart();
  await hanging;
  expect(await state()).toEqual(onlyServing(text));
});

test('killed in each of its attempts: it ends as interrupted, and what served goes on', async () => {
  repository.commit(app('never', `echo be''gun; sleep 300`));
  const { id } = await client.startDeployment(project.id);
  for (const attempt of [1, 2, 3]) {
    await client.logged(id, 'begun', attempt);
    await killAndRestart();
  }
  expect(await client.ended(id)).toMatchObject({ status: 'failed', failure: { reason: 'interrupted' } });
  await deployNext('after-never');
  expect(await state()).toEqual(onlyServing(text));
});
