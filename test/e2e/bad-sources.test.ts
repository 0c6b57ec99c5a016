import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Refusals, startRefusals } from '../support/platform-refusals.ts';
import { createRepository } from '../support/repository.ts';

let refusals: Refusals;
let empty_folder: string;

beforeAll(async () => {
  empty_folder = mkdtempSync(join(tmpdir(), 'branchline-no-repository-'));
  refusals = await startRefusals();
});

afterAll(async () => {
  await refusals?.remove();
  rmSync(empty_folder, { recursive: true, force: true });
});

/** The failure of a deployment with the project's address changed for it. */
async function failureAt(repository_url: string) {
  const { client, project_id, repository } = refusals;
  await client.want('PUT', `/projects/${project_id}`, { repository_url });
  const { failure, commit } = await client.deploy(project_id);
  await client.want('PUT', `/projects/${project_id}`, { repository_url: repository.path });
  await refusals.expectUnharmed();
  expect(commit).toBeNull();
  return failure;
}

test.each(['as a path', 'as a file:// address'])('a repository that is not there, %s', async (how) => {
  const path = join(empty_folder, 'missing');
  const failure = await failureAt(how === 'as a path' ? path : pathToFileURL(path).href);
  expect(failure?.reason).toBe('repository_not_found');
  expect(failure?.message).toMatch(/Check the address/);
});

test('a folder that is no repository', async () => {
  const failure = await failureAt(empty_folder);
  expect(failure?.reason).toBe('repository_not_found');
  expect(failure?.message).toMatch(/Check the address/);
});

test('a repository without a commit', async () => {
  const repository = createRepository({ files: {} });
  const failure = await failureAt(repository.path);
  expect(failure?.reason).toBe('ref_not_found');
  expect(failure?.message).toMatch(/[Pp]ush|commit/);
  repository.remove();
});

test.each([
  { what: 'branch', source: { branch: 'nowhere' }, name: 'nowhere' },
  { what: 'commit', source: { commit: 'deadbeefdeadbeef' }, name: 'deadbeefdeadbeef' },
  { what: 'full commit', source: { commit: 'deadbeef'.repeat(5) }, name: 'deadbeef'.repeat(5) },
])('a $what that is not there', async ({ source, name }) => {
  const { failure } = await refusals.client.deploy(refusals.project_id, source);
  expect(failure?.reason).toBe('ref_not_found');
  expect(failure?.message).toContain(name);
  expect(failure?.message).toMatch(/Check its spelling, and that it was pushed/);
  await refusals.expectUnharmed();
});
