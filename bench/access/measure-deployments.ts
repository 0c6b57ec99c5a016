import { consumersOf } from '../../src/contracts/events/rules.ts';
import type { DeployTask } from '../../state-machines/catalog.ts';
import { idOf } from '../../test/support/samples.ts';
import type { Counted } from '../capacity/rules.ts';
import { type Access, addAccess, NO_ACCESS } from '../capacity/tally.ts';
import { type Execution, runExecution } from './execution.ts';
import { createConsumers, publishEvent, settleExecution } from './measure-events.ts';
import { openUsedWorld, type UsedWorld } from './world.ts';

/** What one deployment costs from its request to the last consumer of its last event. */
export interface DeploymentAccess {
  /** State transitions, retries among them. */
  readonly transitions: number;
  readonly retries: number;
  /** Events that go over the bus. */
  readonly events: number;
  /** Runs of functions: the request's, the tasks', the publisher's for each event, the consumers'. */
  readonly lambda_requests: number;
  /** Runs of each task, and what they cost together. */
  readonly tasks: { readonly [T in DeployTask]?: Access & { readonly runs: number } };
  /** All of it: request, tasks, publishing, consumers. */
  readonly whole: Access;
}

interface Kind {
  /** What is different from a deployment that succeeds at once. */
  readonly prepare?: (world: UsedWorld) => void;
  readonly request?: (world: UsedWorld) => Promise<string>;
  readonly succeeds: boolean;
}

const PENDING = { state: 'pending' } as const;

/** Kinds of deployments. */
export const DEPLOYMENTS = {
  'succeeds at once': { succeeds: true },
  'succeeds after a minute and a half': {
    // As on ECS, half a minute to start and a minute of bake: each look waits 20 s for news, and the next comes 5 s later.
    prepare: ({ script }) => {
      script.progress = [PENDING, PENDING, PENDING, { state: 'healthy' }];
    },
    succeeds: true,
  },
  'is a rollback': {
    request: async (world) =>
      idOf(await world.call('POST', `/api/v1/deployments/${world.deployment_id}/rollback`)),
    succeeds: true,
  },
  'fails its health check': {
    prepare: ({ script }) => {
      script.progress = [{ state: 'failed', reason: 'app_exited', detail: 'Exit code 1.' }];
    },
    succeeds: false,
  },
} as const satisfies Record<string, Kind>;
export type DeploymentKind = keyof typeof DEPLOYMENTS;

/** What one deployment of a kind costs, and everything that it causes. */
export async function measureDeployment(name: DeploymentKind): Promise<DeploymentAccess> {
  return (await runDeployment(name)).access;
}

/** Units under one partition key. */
export interface Load {
  readonly read_units: number;
  readonly write_units: number;
}

/** What one deployment asks of each partition key, its ids left out; where several keys look alike so, of the busiest. */
export async function measurePartitions(): Promise<Readonly<Record<string, Load>>> {
  const { parts } = await runDeployment('succeeds after a minute and a half');
  const by_key = new Map<string, Load>();
  for (const { table, index, pk, read_units, write_units } of parts) {
    const key = `${index ?? table} ${pk}`;
    const before = by_key.get(key) ?? { read_units: 0, write_units: 0 };
    by_key.set(key, {
      read_units: before.read_units + read_units,
      write_units: before.write_units + write_units,
    });
  }
  const busiest_first = [...by_key].sort(
    ([, one], [, other]) => other.write_units - one.write_units || other.read_units - one.read_units,
  );
  const by_pattern: Record<string, Load> = {};
  for (const [key, load] of busiest_first) by_pattern[toPattern(key)] ??= load;
  return by_pattern;
}

const ID_NAMES: Readonly<Record<string, string>> = {
  ten: 'tenant',
  usr: 'user',
  prj: 'project',
  dpl: 'deployment',
};

function toPattern(key: string): string {
  return key
    .replace(/(ten|usr|prj|dpl)_[0-9a-f-]{36}/g, (_id, prefix: string) => `{${ID_NAMES[prefix]}}`)
    .replace(/\d{4}-\d\d$/, '{month}')
    .replace(/OUTBOX#\d$/, 'OUTBOX#{shard}')
    .replace(/STATUS#\w+$/, 'STATUS#{status}');
}

/** Runs one deployment to its last event's end. @throws Error when it ends otherwise than its kind says */
async function runDeployment(
  name: DeploymentKind,
): Promise<{ readonly access: DeploymentAccess; readonly parts: readonly Counted[] }> {
  const kind: Kind = DEPLOYMENTS[name];
  const world = await openUsedWorld();
  const { events } = world.api.test_accounts.memory;
  const events_before = events.length;
  const parts_before = world.tally.parts.length;
  kind.prepare?.(world);
  let deployment_id = '';
  const request = await world.tally.count(async () => {
    deployment_id = await (kind.request?.(world) ?? world.queue(world.project_id));
  });
  const key = { tenant_id: world.account.tenant_id, deployment_id };
  const execution = await runExecution(world, key);
  if (execution.succeeded !== kind.succeeds) throw new Error(`A deployment that ${name} ended otherwise`);
  const settled = kind.succeeds ? [] : [await world.tally.count(() => settleExecution(world, key))];
  const own = events.slice(events_before);
  const delivered: Access[] = [];
  for (const event of own) {
    delivered.push(await world.tally.count(() => publishEvent(world, event)));
    for (const consumer of consumersOf(event.type)) {
      delivered.push(await world.tally.count(() => createConsumers(world)[consumer].handle(event)));
    }
  }
  const all = [request, ...execution.runs.map(({ access }) => access), ...settled, ...delivered];
  const access = {
    transitions: execution.transitions,
    retries: execution.retries,
    events: own.length,
    lambda_requests: all.length,
    tasks: tasksOf(execution),
    whole: all.reduce(addAccess, NO_ACCESS),
  };
  return { access, parts: world.tally.parts.slice(parts_before) };
}

function tasksOf({ runs }: Execution): DeploymentAccess['tasks'] {
  const tasks: { [T in DeployTask]?: Access & { readonly runs: number } } = {};
  for (const { task, access } of runs) {
    const before = tasks[task] ?? { runs: 0, ...NO_ACCESS };
    tasks[task] = { runs: before.runs + 1, ...addAccess(before, access) };
  }
  return tasks;
}
