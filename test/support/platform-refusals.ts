import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';
import { LIMITS, type Limits } from '../../local/builder/limits.ts';
import type { FailureReason } from '../../src/domain/deployments/index.ts';
import { entriesOf, processesIn, startTestPlatform, type TestPlatform } from './platform.ts';
import { textApp } from './platform-apps.ts';
import { type Client, type DeploymentAnswer, signUp } from './platform-client.ts';
import { createRepository, type RepositoryFiles, type TestRepository } from './repository.ts';

/** A project whose good release serves, for deployments of it that fail. */
export interface Refusals {
  readonly platform: TestPlatform;
  readonly client: Client;
  readonly project_id: string;
  readonly repository: TestRepository;
  /** Deploys these files alone, on a branch of their own, expecting the failure, and that nothing else changed.
   *  @returns the deployment that failed */
  refuse(files: RepositoryFiles, reason: FailureReason): Promise<DeploymentAnswer>;
  /** Expects that the good release still serves, and that a failed deployment left nothing. */
  expectUnharmed(): Promise<void>;
  remove(): Promise<void>;
}

/** @param limits - smaller ones, for failures that otherwise take long */
export async function startRefusals(limits: Partial<Limits> = {}): Promise<Refusals> {
  const programs = programFolder(['git', 'sh', 'sleep']);
  const repository = createRepository({ files: textApp('the good one') });
  const platform = await startTestPlatform({
    environment: { PATH: programs },
    limits: { stop_grace_ms: Math.min(LIMITS.stop_grace_ms, 500), ...limits },
  });
  const client = await signUp(platform.port, 'ada@example.com');
  const project = await client.createProject({ name: 'refusals', repository_url: repository.path });
  const good = await client.deployed(project.id);
  const processes = await processesIn(platform.home);

  const expectUnharmed = async (): Promise<void> => {
    expect(await client.visit(good.url)).toMatchObject({ status: 200, text: 'the good one' });
    expect(await processesIn(platform.home)).toEqual(processes);
    expect(await entriesOf(platform.home, 'sources')).toEqual([]);
    expect(await entriesOf(platform.home, 'images')).toEqual([good.release_id]);
    expect(await entriesOf(platform.home, 'runs')).toEqual([`app-${good.id}.run.json`]);
  };

  let branches = 0;
  return {
    platform,
    client,
    project_id: project.id,
    repository,
    expectUnharmed,
    async refuse(files, reason) {
      branches += 1;
      repository.git('switch', '--quiet', '--orphan', `bad-${branches}`);
      repository.commit(files);
      const deployment = await client.deploy(project.id, { branch: `bad-${branches}` });
      expect(deployment).toMatchObject({ status: 'failed', url: null, failure: { reason } });
      expect(deployment.steps.at(-1)).toMatchObject({ status: 'failed' });
      await client.logged(deployment.id, `Failed (${reason})`);
      await expectUnharmed();
      return deployment;
    },
    async remove() {
      await platform.remove();
      repository.remove();
      rmSync(programs, { recursive: true, force: true });
    },
  };
}

/** A folder with Node and some of the machine's programs, to be a whole PATH. */
function programFolder(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-programs-'));
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const name of names) {
    const found = (process.env['PATH'] ?? '').split(delimiter).find((path) => existsSync(join(path, name)));
    if (found === undefined) throw new Error(`${name} is not on the PATH`);
    symlinkSync(join(found, name), join(folder, name));
  }
  return folder;
}
