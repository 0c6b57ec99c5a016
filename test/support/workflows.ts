import { DatabaseSync } from 'node:sqlite';
import type { Task } from '../../functions/runtime/task.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../../local/workflow/engine.ts';
import { createExecutions } from '../../local/workflow/executions.ts';
import type { DeploymentKey } from '../../src/domain/deployments/index.ts';
import type { BUILD_STATE, DeployTask } from '../../state-machines/catalog.ts';
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts';
import { testId } from './test-ids.ts';
import { TENANT } from './things.ts';

export type StateName = DeployTask | typeof BUILD_STATE;

export const KEY: DeploymentKey = { tenant_id: TENANT, deployment_id: testId('dpl', 1) };

/** In the order of the longest path that goes well. */
export const STATES = [
  'Prepare',
  'Build',
  'PublishImage',
  'PreDeploy',
  'Release',
  'AwaitRollout',
  'SwitchRoute',
  'RecordSuccess',
] as const satisfies readonly StateName[];

/** As CodeBuild tells of a finished build: with moments of its phases among others. */
export const FINISHED_BUILD = {
  Build: {
    Phases: [
      { PhaseType: 'QUEUED', StartTime: 1_790_000_000_000, EndTime: 1_790_000_030_000 },
      { PhaseType: 'BUILD', StartTime: 1_790_000_030_000, EndTime: 1_790_000_119_000 },
      { PhaseType: 'FINALIZING', StartTime: 1_790_000_119_000, EndTime: 1_790_000_120_000 },
      { PhaseType: 'COMPLETED', StartTime: 1_790_000_120_000 },
    ],
  },
};

/** One process's engine with fake tasks; several may follow one another on the same database. */
export interface TestWorkflow {
  readonly engine: WorkflowEngine;
  readonly database: DatabaseSync;
  /** States that were entered, in order. */
  readonly entered: string[];
  readonly inputs: Map<string, unknown>;
  /** Deployments that were settled by the rule on failed executions. */
  readonly settled: string[];
  readonly logger: RecordedLogger;
  /** What a task does besides returning; by state. */
  readonly act: Partial<Record<StateName, Task>>;
  /** Resolves when a state is entered. */
  whenEntered(state: StateName): Promise<void>;
  /** Resolves when no execution is open. */
  whenEnded(): Promise<void>;
  /** What a power cut leaves: the engine's tasks never go on, and it does nothing any more. */
  die(): void;
  openExecutions(): readonly { readonly attempts: number }[];
}

export interface TestWorkflowOptions {
  readonly database?: DatabaseSync;
  readonly prepared?: { readonly needs_build: boolean; readonly needs_pre_deploy: boolean };
  readonly settle?: (key: DeploymentKey) => Promise<void>;
}

export function createTestWorkflow(options: TestWorkflowOptions = {}): TestWorkflow {
  const {
    database = new DatabaseSync(':memory:'),
    prepared = { needs_build: true, needs_pre_deploy: true },
  } = options;
  const executions = createExecutions(database);
  const entered: string[] = [];
  const inputs = new Map<string, unknown>();
  const settled: string[] = [];
  const act: Partial<Record<StateName, Task>> = {};
  const waiting = new Map<string, () => void>();
  const ends = new Set<() => void>();
  const logger = createRecordedLogger();
  let is_dead = false;

  const task =
    (state: StateName): Task =>
    async (input, context) => {
      if (is_dead) return forever();
      entered.push(state);
      inputs.set(state, input);
      waiting.get(state)?.();
      const output = await act[state]?.(input, context);
      if (is_dead) return forever();
      if (state === 'Prepare') return { build_ticket: 'ticket', ...prepared };
      return output ?? (state === 'Build' ? FINISHED_BUILD : {});
    };
  const names = [...STATES, 'RecordFailure'] as const;
  const engine = createWorkflowEngine({
    tasks: Object.fromEntries(names.map((state) => [state, task(state)])) as Record<StateName, Task>,
    executions: {
      ...executions,
      end(deployment_id, status) {
        if (is_dead) return;
        executions.end(deployment_id, status);
        for (const resolve of ends) resolve();
      },
    },
    settle: async (key) => {
      if (is_dead) return forever();
      settled.push(key.deployment_id);
      await options.settle?.(key);
    },
    logger,
  });
  return {
    engine,
    database,
    entered,
    inputs,
    settled,
    logger,
    act,
    whenEntered: (state) =>
      entered.includes(state) ? Promise.resolve() : new Promise((resolve) => waiting.set(state, resolve)),
    async whenEnded() {
      while (executions.readOpen().length > 0) await new Promise<void>((resolve) => ends.add(resolve));
    },
    die() {
      is_dead = true;
    },
    openExecutions: () => executions.readOpen(),
  };
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
