import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Isolation } from '../../src/domain/deployments/index.ts';
import { serverSource } from './platform-apps.ts';
import type { Client, DeploymentAnswer, Listed, ProjectAnswer } from './platform-client.ts';
import { createRepository, type TestRepository } from './repository.ts';

const LOOK_AGAIN_MS = 100;

/** An installation of the platform, wherever it runs. */
export interface Installation {
  readonly isolation: Isolation;
  /** What an address looks like that an app of the project `Main.Job` gets. */
  readonly address: RegExp;
  /** Registers an account of its own. */
  signUp(): Promise<Client>;
  /** Where the installation fetches a repository of this machine from. */
  repositoryUrl(repository: TestRepository): string;
  remove(): Promise<void>;
}

const version = (text: string) => ({
  'server.js': serverSource(
    `console.log('asked ' + request.url); response.end('${text} ' + process.env.GREETING);`,
    "console.log('listening');",
  ),
});
const packageJson = JSON.stringify({ scripts: { build: 'node -e "console.log(\'built it\')"' } });

/** What the platform is for, from an account to an app at its address and back to an earlier one: the same on a laptop and
 *  on AWS. The tests of it go on from one another. */
export function mainJobSuite(name: string, open: () => Promise<Installation>): void {
  let installation: Installation;
  let client: Client;
  let repository: TestRepository;
  let project_id: string;
  let first: DeploymentAnswer;
  let second: DeploymentAnswer;

  beforeAll(async () => {
    repository = createRepository({ files: { ...version('one'), 'package.json': packageJson } });
    installation = await open();
    client = await installation.signUp();
    const project = await client.createProject({
      name: 'Main.Job',
      repository_url: installation.repositoryUrl(repository),
      environment: { GREETING: 'hello' },
    });
    project_id = project.id;
  });

  afterAll(async () => {
    await installation?.remove();
    repository?.remove();
  });

  describe(`a first deployment ${name}`, () => {
    test('succeeds, and its address answers', async () => {
      first = await client.deployed(project_id, { branch: 'main' });

      expect(first).toMatchObject({
        project_id,
        status: 'success',
        branch: 'main',
        commit: repository.sha,
        commit_message: 'Commit 1',
        isolation: installation.isolation,
        failure: null,
        url: expect.stringMatching(installation.address),
      });
      expect(await client.visit(first.url)).toMatchObject({ status: 200, text: 'one hello' });
    });

    test('has its steps in order, each with its duration', () => {
      expect(first.steps.map(({ name, status }) => [name, status])).toEqual(
        ['prepare', 'build', 'publish_image', 'release', 'health_check', 'switch_route'].map((name) => [
          name,
          'success',
        ]),
      );
      const starts = first.steps.map((step) => step.started_at);
      expect(starts).toEqual(starts.toSorted());
      for (const { duration_ms } of first.steps) expect(duration_ms).toBeGreaterThanOrEqual(0);
    });

    test('has build and runtime lines in its log, which pages follow on without gap or repetition', async () => {
      await client.logged(first.id, 'asked /');
      const all = await client.log(first.id);
      const messages = all.map((line) => line.message);
      expect(messages).toEqual(expect.arrayContaining(['Detected node', 'listening', 'Healthy']));
      expect(all.find((line) => line.message.endsWith('built it'))).toMatchObject({
        step: 'build',
        stream: 'stdout',
      });
      expect(all.find((line) => line.message === 'listening')).toMatchObject({ step: 'runtime' });

      const path = `/deployments/${first.id}/logs?limit=2`;
      const one = await client.want<{ data: { message: string }[]; next_cursor: string }>('GET', path);
      const two = await client.want<typeof one>(
        'GET',
        `${path}&cursor=${encodeURIComponent(one.next_cursor)}`,
      );
      expect([...one.data, ...two.data].map((line) => line.message)).toEqual(messages.slice(0, 4));
    });

    test('wakes a waiting reader of its log with the next line', async () => {
      const { next_cursor } = await client.logPage(first.id, '', 0);
      const waiting = client.logPage(first.id, next_cursor, 20);
      await client.visit(first.url, '/wake');
      expect((await waiting).data.map((line) => line.message)).toContainEqual(
        expect.stringMatching(/^asked /),
      );
      await client.logged(first.id, 'asked /wake');
    });

    test('is listed, by project, by status and among the project’s recent ones', async () => {
      const list = (query: string) => client.want<Listed<DeploymentAnswer>>('GET', `/deployments?${query}`);
      const { steps: _steps, ...shown } = first;
      expect((await list('')).data).toEqual([shown]);
      expect((await list(`project_id=${project_id}&status=success`)).data).toEqual([shown]);
      expect((await list(`project_id=${project_id}&status=failed`)).data).toEqual([]);
      expect(await client.want('GET', `/projects/${project_id}`)).toMatchObject({
        recent_deployments: [{ id: first.id, status: 'success', commit: repository.sha }],
      });
    });
  });

  describe(`later deployments ${name}`, () => {
    test('a new commit is served at the same address, with the variables of now', async () => {
      repository.commit(version('two'));
      await client.want('PUT', `/projects/${project_id}`, { environment: { GREETING: 'good day' } });
      second = await client.deployed(project_id);
      expect(second.url).toBe(first.url);
      expect((await client.visit(second.url)).text).toBe('two good day');
    });

    test('a rollback serves the old content with its old variables, and builds nothing', async () => {
      const back = await client.rolledBack(first.id);
      expect(back).toMatchObject({ rollback_of: first.id, commit: first.commit, url: first.url });
      expect(back.steps.map((step) => step.name)).toEqual([
        'prepare',
        'release',
        'health_check',
        'switch_route',
      ]);
      expect((await client.visit(first.url)).text).toBe('one hello');
    });

    test('a rollback to a rollback is one to its release', async () => {
      const [latest] = (await client.want<Listed<DeploymentAnswer>>('GET', '/deployments?limit=1')).data;
      await client.rolledBack(second.id);
      expect((await client.visit(first.url)).text).toBe('two good day');
      await client.rolledBack(latest?.id ?? '');
      expect((await client.visit(first.url)).text).toBe('one hello');
    });

    test('one that ends at once fails with its exit code, and the one before goes on serving', async () => {
      repository.commit({ 'server.js': 'process.exit(4);' });
      const failed = await client.deploy(project_id);
      expect(failed).toMatchObject({ status: 'failed', failure: { reason: 'app_exited' }, url: null });
      expect(failed.failure?.message).toContain('exit code 4');
      expect(failed.steps.at(-1)).toMatchObject({ name: 'health_check', status: 'failed' });
      expect((await client.visit(first.url)).text).toBe('one hello');
    });

    test('one whose branch is not there fails, and says so', async () => {
      const failed = await client.deploy(project_id, { branch: 'nowhere' });
      expect(failed).toMatchObject({ status: 'failed', failure: { reason: 'ref_not_found' } });
    });

    test('all of them count in the project’s metrics and the team’s usage', async () => {
      const metrics = await client.whenCounted(project_id, 7);
      expect(metrics['success_rate']).toBeCloseTo((5 / 7) * 100, 1);
      expect(metrics['average_duration_ms']).toBeGreaterThan(0);

      const quantities = await client.whenUsed('deployments', 7);
      expect(quantities.get('build_minutes')).toBeGreaterThan(0);
    });

    test('a deleted project is gone with its deployments and their logs, and comes back with its app', async () => {
      const last = await newestOf(client, project_id, () => true);
      await client.want('DELETE', `/projects/${project_id}`);
      await goneAt(client, first.url);
      for (const path of [
        `/projects/${project_id}`,
        `/deployments/${first.id}`,
        `/deployments/${first.id}/logs`,
      ]) {
        expect((await client.call('GET', path)).status).toBe(404);
      }
      expect((await client.want<Listed<DeploymentAnswer>>('GET', '/deployments')).data).toEqual([]);
      expect(await client.want('GET', '/projects?deleted=true')).toMatchObject({
        data: [{ id: project_id }],
      });

      await client.want('POST', `/projects/${project_id}/restore`);
      const back = await client.ended(await newestOf(client, project_id, ({ id }) => id > last));
      expect(back).toMatchObject({
        status: 'success',
        commit: first.commit,
        url: expect.stringMatching(installation.address),
      });
      expect((await client.visit(back.url)).text).toBe('one hello');
      expect((await client.log(first.id)).map((line) => line.message)).toContain('listening');
      expect(
        (await client.want<ProjectAnswer>('GET', `/projects/${project_id}`)).recent_deployments,
      ).toHaveLength(5);
    });

    test('a deleted project’s address is gone, and its name is free again', async () => {
      await client.want('DELETE', `/projects/${project_id}`);
      expect((await client.call('GET', `/projects/${project_id}`)).status).toBe(404);
      expect(await goneAt(client, first.url)).toContain('no app at this address');

      const again = await client.createProject({
        name: 'Main.Job',
        repository_url: installation.repositoryUrl(repository),
      });
      const deployment = await client.deployed(again.id, { commit: repository.sha.slice(0, 10) });
      expect((await client.visit(deployment.url)).text).toBe('one undefined');
    });
  });
}

/** A project's newest deployment, once it is as wanted: what an event causes comes after the answer. */
async function newestOf(
  client: Client,
  project_id: string,
  wanted: (deployment: DeploymentAnswer) => boolean,
): Promise<string> {
  for (;;) {
    const path = `/deployments?project_id=${project_id}&limit=1`;
    const [newest] = (await client.want<Listed<DeploymentAnswer>>('GET', path)).data;
    if (newest !== undefined && wanted(newest)) return newest.id;
    await delay(LOOK_AGAIN_MS);
  }
}

/** The project's apps stop after the answer: asks until the address is gone. */
async function goneAt(client: Client, url: string | null): Promise<string> {
  for (;;) {
    const { status, text } = await client.visit(url);
    if (status === 404) return text;
    expect([200, 502]).toContain(status);
    // The app writes a line for each visit.
    await delay(LOOK_AGAIN_MS);
  }
}
