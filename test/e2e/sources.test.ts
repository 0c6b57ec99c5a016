import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { textApp } from '../support/platform-apps.ts';
import { type Client, signUp } from '../support/platform-client.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let project_id: string;

beforeAll(async () => {
  repository = createRepository({ files: textApp('the first commit'), branch: 'trunk' });
  repository.tag('v1', 'The first version');
  repository.commit(textApp('the default branch'));
  repository.branch('feature/x');
  repository.commit(textApp('another branch'));
  repository.branch('trunk');
  platform = await startTestPlatform();
  client = await signUp(platform.port, 'ada@example.com');
  const project = await client.createProject({ name: 'sources', repository_url: repository.path });
  project_id = project.id;
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

test.each([
  { what: 'the default branch', source: {}, text: 'the default branch', branch: 'trunk' },
  { what: 'a branch', source: { branch: 'feature/x' }, text: 'another branch', branch: 'feature/x' },
  { what: 'a tag', source: { branch: 'v1' }, text: 'the first commit' },
])('deploys $what from an absolute path', async ({ source, text, branch }) => {
  const deployment = await client.deployed(project_id, source);
  expect((await client.visit(deployment.url)).text).toBe(text);
  if (branch !== undefined) expect(deployment.branch).toBe(branch);
});

test.each([
  { what: 'in full', length: 40 },
  { what: 'abbreviated', length: 8 },
])('deploys a commit that no branch points to, $what, from a file:// address', async ({ length }) => {
  await client.want('PUT', `/projects/${project_id}`, {
    repository_url: pathToFileURL(repository.path).href,
  });
  const deployment = await client.deployed(project_id, { commit: repository.sha.slice(0, length) });
  expect(deployment.commit).toBe(repository.sha);
  expect((await client.visit(deployment.url)).text).toBe('the first commit');
});
