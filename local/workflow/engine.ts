import { StateMachine } from 'aws-local-stepfunctions';
import type { Task } from '../../functions/runtime/task.ts';
import type { DeploymentKey, Workflow } from '../../src/domain/deployments/index.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';
import type { BUILD_STATE, DeployTask } from '../../state-machines/catalog.ts';
import { readDefinition } from './definition.ts';
import type { Executions } from './executions.ts';

export interface WorkflowEngineOptions {
  /** The Lambda tasks by state, and the local builder in CodeBuild's place. */
  readonly tasks: Readonly<Record<DeployTask | typeof BUILD_STATE, Task>>;
  readonly executions: Executions;
  /** Ends a deployment whose execution ended without saying so: EventBridge's rule on failed executions, on AWS. */
  readonly settle: (key: DeploymentKey) => Promise<void>;
  readonly logger: Logger;
}

/** Runs executions of deploy.asl.json in this process. */
export interface WorkflowEngine extends Workflow {
  /** Runs again, from the start, what an earlier process left unfinished; tasks are idempotent. */
  resume(): void;
  /** Stops all executions, to be resumed by the next process. */
  shutDown(): Promise<void>;
}

interface Running {
  readonly stop: (kind: 'aborted' | 'suspended') => void;
  readonly ended: Promise<void>;
}

// An execution that three processes in a row did not survive may well be what kills them.
const MAX_ATTEMPTS = 3;

// The rollout task itself waits for news, and no call over a network breaks off here: trying again at once costs nothing.
const RETRY_AT_ONCE_MS = 10;

/** @param options - see {@link WorkflowEngineOptions} */
export function createWorkflowEngine(options: WorkflowEngineOptions): WorkflowEngine {
  const { executions, logger } = options;
  // Validated by the tests; doing it at each start again would cost time and memory.
  const machine = new StateMachine(readDefinition(), { validationOptions: { noValidate: true } });
  const running = new Map<string, Running>();
  let is_down = false;

  // Settled first and closed afterwards: a process that dies in between leaves it open, and the next one settles it.
  const settle = async (key: DeploymentKey): Promise<void> => {
    await options.settle(key);
    executions.end(key.deployment_id, 'failed');
  };

  const track = (key: DeploymentKey, stop: Running['stop'], work: Promise<void>): void => {
    const ended = work
      .catch((error: unknown) => {
        logger.error('execution could not be settled', { deployment_id: key.deployment_id, error });
      })
      .finally(() => running.delete(key.deployment_id));
    running.set(key.deployment_id, { stop, ended });
  };

  const run = (key: DeploymentKey): void => {
    const controller = new AbortController();
    const tasks = new Set<Promise<unknown>>();
    const execution = machine.run(
      { ...key },
      {
        noThrowOnAbort: true,
        context: { Execution: { Name: key.deployment_id } },
        overrides: {
          taskResourceLocalHandlers: localHandlers(options.tasks, controller.signal, tasks),
          // By the place of the retrier in its state.
          retryIntervalOverrides: { AwaitRollout: [RETRY_AT_ONCE_MS], PublishImage: [RETRY_AT_ONCE_MS] },
        },
      },
    );
    let stopped: 'aborted' | 'suspended' | undefined;
    const stop: Running['stop'] = (kind) => {
      stopped ??= kind;
      controller.abort();
      execution.abort();
    };
    const finish = async (): Promise<void> => {
      const failure = await outcome(execution.result);
      // An abort doesn't stop the task that is under way; its signal does.
      await Promise.allSettled(tasks);
      if (stopped === 'suspended') executions.suspend(key.deployment_id);
      else if (stopped === 'aborted') executions.end(key.deployment_id, 'aborted');
      else if (failure === undefined) executions.end(key.deployment_id, 'succeeded');
      else await settle(key);
    };
    track(key, stop, finish());
  };

  return {
    async start(key) {
      // One that is created while the platform stops is run by the next process.
      if (executions.create(key) && !is_down) run(key);
    },

    async stop(deployment_id) {
      const execution = running.get(deployment_id);
      execution?.stop('aborted');
      await execution?.ended;
      executions.end(deployment_id, 'aborted');
    },

    resume() {
      if (is_down) return;
      for (const { key, attempts } of executions.readOpen()) {
        if (attempts < MAX_ATTEMPTS) {
          executions.countAttempt(key.deployment_id);
          run(key);
        } else {
          track(key, () => undefined, settle(key));
        }
      }
    },

    async shutDown() {
      is_down = true;
      const all = [...running.values()];
      for (const execution of all) execution.stop('suspended');
      await Promise.all(all.map((execution) => execution.ended));
    },
  };
}

function localHandlers(
  tasks: WorkflowEngineOptions['tasks'],
  signal: AbortSignal,
  under_way: Set<Promise<unknown>>,
) {
  const entries = Object.entries(tasks).map(([state, task]) => {
    const handle = (input: unknown) => {
      const work = task(input, { signal }).finally(() => under_way.delete(work));
      under_way.add(work);
      return work as Promise<never>;
    };
    return [state, handle] as const;
  });
  return Object.fromEntries(entries);
}

/** The error that an execution ended with; undefined when it succeeded. */
async function outcome(result: Promise<unknown>): Promise<Error | undefined> {
  try {
    await result;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
