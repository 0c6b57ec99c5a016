import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../local/workflow/definition.ts';
import { RolloutPendingError } from '../../src/domain/deployments/index.ts';
import { AppError } from '../../src/domain/shared/errors.ts';
import { builtInputSchema } from '../../state-machines/catalog.ts';
import { createTestWorkflow, FINISHED_BUILD, KEY, STATES, type StateName } from '../support/workflows.ts';

const without = (...left_out: StateName[]) => STATES.filter((state) => !left_out.includes(state));

async function ran(
  options: Parameters<typeof createTestWorkflow>[0],
  act: ReturnType<typeof createTestWorkflow>['act'] = {},
) {
  const workflow = createTestWorkflow(options);
  Object.assign(workflow.act, act);
  await workflow.engine.start(KEY);
  await workflow.whenEnded();
  return workflow;
}

const ANSWERS: Partial<Record<StateName, typeof FINISHED_BUILD | Record<string, string | boolean>>> = {
  Prepare: { needs_build: true, needs_pre_deploy: true, build_ticket: 'ticket' },
  Build: FINISHED_BUILD,
};

describe('a deployment that goes well', () => {
  test.each([
    { prepared: { needs_build: true, needs_pre_deploy: true }, expected: without() },
    { prepared: { needs_build: true, needs_pre_deploy: false }, expected: without('PreDeploy') },
    { prepared: { needs_build: false, needs_pre_deploy: true }, expected: without('Build', 'PublishImage') },
    {
      prepared: { needs_build: false, needs_pre_deploy: false },
      expected: without('Build', 'PublishImage', 'PreDeploy'),
    },
  ])('runs what $prepared needs, in order', async ({ prepared, expected }) => {
    const { entered, settled } = await ran({ prepared });

    expect(entered).toEqual(expected);
    expect(settled).toEqual([]);
  });

  test('hands ids to each task and never content', async () => {
    const { inputs } = await ran({});

    for (const [state, input] of inputs) {
      if (state !== 'Build') expect(input, state).toMatchObject({ ...KEY });
      expect(JSON.stringify(input).length, state).toBeLessThan(800);
    }
    expect(inputs.get('Build')).toMatchObject({
      EnvironmentVariablesOverride: [
        { Name: 'JOB_URL', Value: 'ticket' },
        { Name: 'TENANT_ID', Value: KEY.tenant_id },
        { Name: 'DEPLOYMENT_ID', Value: KEY.deployment_id },
      ],
      LogsConfigOverride: {
        CloudWatchLogs: { StreamName: `${KEY.tenant_id}/${KEY.deployment_id}/build` },
      },
    });
  });

  test('takes at most 12 state transitions, each of which costs money', async () => {
    const machine = new StateMachine(readDefinition(), { validationOptions: { noValidate: true } });
    const answers = Object.fromEntries(STATES.map((state) => [state, () => ANSWERS[state] ?? {}]));
    const { eventLogs, result } = machine.run(
      { ...KEY },
      { overrides: { taskResourceLocalHandlers: answers } },
    );
    const types: string[] = [];
    for await (const event of eventLogs) types.push(event.type);
    await result;

    // The start counts as one too.
    expect(types.filter((type) => type === 'StateEntered').length + 1).toBeLessThanOrEqual(12);
  });

  test('tells the task after the build how long it had its machine', async () => {
    const { inputs } = await ran({});

    expect(builtInputSchema.parse(inputs.get('PublishImage')).build).toEqual({ duration_ms: 90_000 });
  });

  test('asks for the rollout again while it is pending', async () => {
    let asked = 0;
    const { entered } = await ran(
      {},
      {
        AwaitRollout: async () => {
          asked += 1;
          if (asked <= 4) throw new RolloutPendingError();
        },
      },
    );

    expect(entered.filter((state) => state === 'AwaitRollout')).toHaveLength(5);
    expect(entered.at(-1)).toBe('RecordSuccess');
  });

  test('is started once, however often that is asked for', async () => {
    const workflow = await ran({});
    await workflow.engine.start(KEY);
    await workflow.whenEnded();

    expect(workflow.entered.filter((state) => state === 'Prepare')).toHaveLength(1);
  });
});

describe('publishing an image', () => {
  const broken = Object.assign(new Error('ecr did not answer'), { name: 'AwsCallError' });
  const refused = new AppError('SERVICE_UNAVAILABLE', { retry_after_s: 10 });

  test('begins again where a call of it broke off: a repeated part of an upload is none that ECR takes', async () => {
    let asked = 0;
    const act = async () => {
      asked += 1;
      if (asked < 3) throw broken;
    };
    const { entered } = await ran({}, { PublishImage: act });

    expect(entered.filter((state) => state === 'PublishImage')).toHaveLength(3);
    expect(entered.at(-1)).toBe('RecordSuccess');
  });

  test('is tried again where it met an open circuit', async () => {
    let asked = 0;
    const act = async () => {
      asked += 1;
      if (asked < 3) throw refused;
    };
    expect((await ran({}, { PublishImage: act })).entered.at(-1)).toBe('RecordSuccess');
  });

  test('is given up after the third time, with its error', async () => {
    const { entered, inputs } = await ran({}, { PublishImage: () => Promise.reject(broken) });

    expect(entered.filter((state) => state === 'PublishImage')).toHaveLength(3);
    expect(inputs.get('RecordFailure')).toMatchObject({ error: { Error: 'AwsCallError' } });
  });
});

test('a build that takes too long is recorded as such', async () => {
  const timeout = Object.assign(new Error('no time left'), { name: 'States.Timeout' });
  const workflow = await ran({}, { Build: () => Promise.reject(timeout) });

  expect(workflow.inputs.get('RecordFailure')).toMatchObject({
    error: { Error: 'DeploymentFailed.build_timeout' },
  });
});

describe('a failure', () => {
  test.each(STATES.filter((state) => state !== 'RecordSuccess'))(
    'in %s is recorded with the error’s name and text, and nothing runs after it',
    async (state) => {
      const error = Object.assign(new Error('particulars'), { name: 'DeploymentFailed.build_failed' });
      const workflow = await ran({}, { [state]: () => Promise.reject(error) });

      const before = STATES.slice(0, STATES.indexOf(state) + 1);
      expect(workflow.entered).toEqual([...before, 'RecordFailure']);
      expect(workflow.inputs.get('RecordFailure')).toMatchObject({
        ...KEY,
        error: { Error: 'DeploymentFailed.build_failed', Cause: 'particulars' },
      });
      expect(workflow.openExecutions()).toEqual([]);
    },
  );

  test('is settled in the end too, should recording it have missed something', async () => {
    const { settled } = await ran({}, { Build: () => Promise.reject(new Error('x')) });

    expect(settled).toEqual([KEY.deployment_id]);
  });
});
