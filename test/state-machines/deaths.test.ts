import { describe, expect, test } from 'vitest';
import { createTestWorkflow, KEY, STATES, type TestWorkflow } from '../support/workflows.ts';

const forever = () => new Promise<never>(() => undefined);

/** An engine that died in a state. */
async function diedIn(state: (typeof STATES)[number], earlier?: TestWorkflow): Promise<TestWorkflow> {
  const workflow = createTestWorkflow(earlier === undefined ? {} : { database: earlier.database });
  workflow.act[state] = forever;
  if (earlier === undefined) await workflow.engine.start(KEY);
  else workflow.engine.resume();
  await workflow.whenEntered(state);
  workflow.die();
  return workflow;
}

describe('an execution whose process died', () => {
  test.each(STATES)('in %s is run again from its start by the next, and reaches its end', async (state) => {
    const { database } = await diedIn(state);
    const next = createTestWorkflow({ database });
    next.engine.resume();
    await next.whenEnded();

    expect(next.entered).toEqual(STATES);
    expect(next.settled).toEqual([]);
  });

  test('three times is settled as interrupted, and not run a fourth time', async () => {
    const third = await diedIn('Build', await diedIn('Build', await diedIn('Build')));
    const fourth = createTestWorkflow({ database: third.database });
    fourth.engine.resume();
    await fourth.whenEnded();

    expect(fourth.entered).toEqual([]);
    expect(fourth.settled).toEqual([KEY.deployment_id]);
  });

  test('while it was being settled is settled by the next', async () => {
    const first = createTestWorkflow({ settle: forever });
    first.act.Build = () => Promise.reject(new Error('x'));
    await first.engine.start(KEY);
    await first.whenEntered('RecordFailure');
    while (first.settled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    first.die();

    expect(first.openExecutions()).toHaveLength(1);
  });

  test('that ended is not run again', async () => {
    const first = createTestWorkflow();
    await first.engine.start(KEY);
    await first.whenEnded();
    const next = createTestWorkflow({ database: first.database });
    next.engine.resume();
    await next.engine.start(KEY);

    expect(next.entered).toEqual([]);
  });
});

describe('an execution that can’t be settled', () => {
  test('stays open for the next process, and is told to the operator', async () => {
    const refuse = async () => {
      throw new Error('disk full');
    };
    const first = createTestWorkflow({ settle: refuse });
    first.act.Build = () => Promise.reject(new Error('x'));
    await first.engine.start(KEY);
    await first.whenEntered('RecordFailure');
    while (first.logger.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(first.logger.text()).toContain('disk full');
    expect(first.openExecutions()).toHaveLength(1);
  });
});

describe('an orderly shutdown', () => {
  test('tells the task under way, waits for it, and leaves the execution to the next process', async () => {
    const first = createTestWorkflow();
    const told: boolean[] = [];
    first.act.Build = async (_input, context) => {
      await new Promise<void>((resolve) => context?.signal?.addEventListener('abort', () => resolve()));
      told.push(context?.signal?.aborted === true);
    };
    await first.engine.start(KEY);
    await first.whenEntered('Build');
    await first.engine.shutDown();

    expect(told).toEqual([true]);
    expect(first.entered.at(-1)).toBe('Build');
    expect(first.settled).toEqual([]);

    const next = createTestWorkflow({ database: first.database });
    next.engine.resume();
    await next.whenEnded();
    expect(next.entered).toEqual(STATES);
  });

  test('is no death: any number of them is survived', async () => {
    let workflow = createTestWorkflow();
    await workflow.engine.start(KEY);
    for (let restart = 1; restart <= 5; restart += 1) {
      await workflow.engine.shutDown();
      workflow = createTestWorkflow({ database: workflow.database });
      workflow.act.Build = (_input, context) =>
        new Promise((resolve) => context?.signal?.addEventListener('abort', resolve));
      workflow.engine.resume();
      await workflow.whenEntered('Build');
    }

    expect(workflow.settled).toEqual([]);
    expect(workflow.openExecutions()).toHaveLength(1);
    await workflow.engine.shutDown();
  });

  test('begins no execution any more: what is started then is left to the next process', async () => {
    const first = createTestWorkflow();
    await first.engine.shutDown();
    await first.engine.start(KEY);
    first.engine.resume();

    expect(first.entered).toEqual([]);
    const next = createTestWorkflow({ database: first.database });
    next.engine.resume();
    await next.whenEnded();
    expect(next.entered).toEqual(STATES);
  });

  test('waits for a settlement under way', async () => {
    const third = await diedIn('Build', await diedIn('Build', await diedIn('Build')));
    let finish: () => void = () => undefined;
    const fourth = createTestWorkflow({
      database: third.database,
      settle: () => new Promise((resolve) => (finish = resolve)),
    });
    fourth.engine.resume();
    let is_down = false;
    const down = fourth.engine.shutDown().then(() => (is_down = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(is_down).toBe(false);

    finish();
    await down;
    expect(fourth.openExecutions()).toEqual([]);
  });
});

describe('an execution that is stopped', () => {
  test('tells the task under way, waits for it, ends, and is not settled or resumed', async () => {
    const workflow = createTestWorkflow();
    const order: string[] = [];
    workflow.act.Build = async (_input, context) => {
      await new Promise<void>((resolve) => context?.signal?.addEventListener('abort', () => resolve()));
      order.push('task');
    };
    await workflow.engine.start(KEY);
    await workflow.whenEntered('Build');
    await workflow.engine.stop(KEY.deployment_id, 'cancelled');
    order.push('stopped');

    expect(order).toEqual(['task', 'stopped']);
    expect(workflow.entered.at(-1)).toBe('Build');
    expect(workflow.settled).toEqual([]);
    expect(workflow.openExecutions()).toEqual([]);
  });

  test('may be unknown, ended, or asked twice', async () => {
    const workflow = createTestWorkflow();
    await workflow.engine.stop(KEY.deployment_id, 'cancelled');
    await workflow.engine.start(KEY);
    await workflow.whenEnded();
    await workflow.engine.stop(KEY.deployment_id, 'cancelled');
    await workflow.engine.stop(KEY.deployment_id, 'cancelled');

    expect(workflow.entered).toEqual(STATES);
  });

  test('by an earlier process and not yet resumed does not come back', async () => {
    const { database } = await diedIn('Build');
    const next = createTestWorkflow({ database });
    await next.engine.stop(KEY.deployment_id, 'cancelled');
    next.engine.resume();

    expect(next.entered).toEqual([]);
  });
});
