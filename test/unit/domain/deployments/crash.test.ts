import { describe, expect, test } from 'vitest';
import { type EndedApp, judgeEnd, mayRestart } from '../../../../src/domain/deployments/index.ts';
import { createTestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { SERVICE, TENANT } from '../../../support/things.ts';

const UNKNOWN = { tenant_id: TENANT, deployment_id: 'dpl_00000000-0000-7000-8000-000000000099' };

async function serving() {
  const pipeline = createTestPipeline();
  const key = await pipeline.queue(await pipeline.createProject());
  await runTasks(pipeline, key);
  const given_up: string[] = [];
  const apps = { giveUp: async ({ name }: { name: string }) => void given_up.push(name) };
  const judge = (changes: Partial<EndedApp> = {}) =>
    judgeEnd(
      { ...pipeline.deps, apps },
      {
        key,
        service: SERVICE,
        restart: { policy: 'on_failure', max_retries: 1 },
        exit_code: 7,
        restarts: 1,
        how: 'exit code 7',
        ...changes,
      },
    );
  return { pipeline, key, judge, given_up };
}

describe('an app that ended', () => {
  test('is given up where its policy allows no more restarts: its deployment is crashed, and keeps when it ended', async () => {
    const { pipeline, key, judge, given_up } = await serving();
    const before = await pipeline.read(key);
    pipeline.clock.advance(60_000);
    await judge();
    expect(given_up).toEqual(['web']);
    expect(await pipeline.read(key)).toEqual({ ...before, status: 'crashed', version: before.version + 1 });
    expect(pipeline.lines.at(-1)).toMatchObject({
      step: 'runtime',
      stream: 'system',
      level: 'error',
      message: 'The app ended with exit code 7; its restart policy starts it no more',
    });
  });

  test('is left alone where its policy allows another', async () => {
    const { pipeline, key, judge, given_up } = await serving();
    const lines = pipeline.lines.length;
    await judge({ restarts: 0 });
    expect([(await pipeline.read(key)).status, given_up, pipeline.lines.length]).toEqual([
      'success',
      [],
      lines,
    ]);
  });

  test('is said to be crashed once, and given up as often as it is asked for', async () => {
    const { pipeline, judge, given_up } = await serving();
    await judge();
    const lines = pipeline.lines.length;
    await judge();
    expect([given_up, pipeline.lines.length]).toEqual([['web', 'web'], lines]);
  });

  test('of no known deployment is left as it is', async () => {
    const { judge, given_up } = await serving();
    await expect(judge({ key: UNKNOWN })).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_FOUND' });
    expect(given_up).toEqual([]);
  });
});

test.each<['always' | 'on_failure' | 'never', number | null, number, boolean]>([
  ['always', 0, 99, true],
  ['always', null, 0, true],
  ['on_failure', 1, 1, true],
  ['on_failure', null, 1, true],
  ['on_failure', 1, 2, false],
  ['on_failure', null, 2, false],
  ['on_failure', 0, 0, false],
  ['never', 1, 0, false],
  ['never', 0, 0, false],
])('the policy %s, exit code %j and %i of two restarts made: %j', (policy, exit_code, restarts, allowed) => {
  expect(mayRestart({ policy, max_retries: 2 }, exit_code, restarts)).toBe(allowed);
});
