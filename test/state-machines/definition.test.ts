import { existsSync, readFileSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { createDeployTasks } from '../../functions/tasks/index.ts';
import { readDefinition } from '../../local/workflow/definition.ts';
import { BUILD_STATE, DEPLOY_TASKS, SUBSTITUTIONS } from '../../state-machines/catalog.ts';
import { createTestPipeline } from '../support/pipeline.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly TimeoutSeconds?: number;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
}

const ROOT = new URL('../../', import.meta.url);
const source = readFileSync(new URL('state-machines/deploy.asl.json', ROOT), 'utf8');
const { States: states, TimeoutSeconds: timeout_s } = JSON.parse(source) as {
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds: number;
};
const tasks = Object.entries(states).filter(([, state]) => state.Type === 'Task');

test('the filled definition is valid Amazon States Language', () => {
  const { isValid, errorsText } = validate(readDefinition());

  expect(isValid, errorsText()).toBe(true);
});

test('every placeholder is filled, and every known substitution has its place', () => {
  const placeholders = [...source.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => String(name));

  expect(placeholders.toSorted()).toEqual(SUBSTITUTIONS.toSorted());
  expect(JSON.stringify(readDefinition())).not.toContain('${');
});

describe('the tasks', () => {
  test('are exactly those that the catalogue and the functions have, and the build', () => {
    const names = tasks.map(([name]) => name).sort();

    expect(names).toEqual([...Object.keys(DEPLOY_TASKS), BUILD_STATE].sort());
    expect(Object.keys(createDeployTasks(createTestPipeline().deps)).sort()).toEqual(
      Object.keys(DEPLOY_TASKS).sort(),
    );
  });

  test.each(Object.entries(DEPLOY_TASKS))(
    '%s calls its function, whose file exists',
    (name, { substitution, handler }) => {
      expect(states[name]?.Resource).toBe(`\${${substitution}}`);
      expect(existsSync(new URL(handler, ROOT)), handler).toBe(true);
    },
  );

  test.each(tasks)('%s ends after a time of its own, shorter than the whole', (_name, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    expect(state.TimeoutSeconds).toBeLessThan(timeout_s);
  });

  test.each(Object.keys(DEPLOY_TASKS))('%s is called again when Lambda itself had no room for it', (name) => {
    const repeated = states[name]?.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? [];

    expect(
      repeated.some((error) => error === 'States.ALL' || error === 'Lambda.TooManyRequestsException'),
    ).toBe(true);
  });

  test.each(tasks)(
    '%s either hands every error to RecordFailure or repeats until it is done',
    (name, state) => {
      const records = ['RecordSuccess', 'RecordFailure'].includes(name);
      const all = { ErrorEquals: ['States.ALL'] };

      if (records) expect(state.Retry).toContainEqual(expect.objectContaining(all));
      else expect(state.Catch?.at(-1)).toEqual({ ...all, Next: 'RecordFailure', ResultPath: '$.error' });
    },
  );
});

test('the lock’s lease outlives the longest execution', () => {
  const store = readFileSync(new URL('src/adapters/stores/deployment-store.ts', ROOT), 'utf8');
  const hours = Number(/LOCK_LEASE_S = (\d+) \* 3600/.exec(store)?.[1]);

  expect(hours * 3600).toBeGreaterThan(timeout_s);
});
