import type {
  CreateServiceRequest,
  Deployment,
  RegisterTaskDefinitionRequest,
  RunTaskRequest,
  Tag,
  TaskDefinition,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import type { Clock } from '../../src/domain/shared/ports.ts';

/** How an app behaves; `exits` does so with 3. */
export type AppBehaviour = 'serves' | 'exits' | 'silent' | 'out-of-memory' | 'no-image';

/** An app that ended with this exit code; null for a signal. */
export interface AppEnd {
  readonly exit_code: number | null;
}

/** An error as ECS answers it. */
export class FakeEcsError extends Error {
  /** Members that this kind of error has beside its message. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }
}

export interface FakeTaskDefinition extends TaskDefinition {
  readonly family: string;
  readonly taskDefinitionArn: string;
  status: 'ACTIVE' | 'INACTIVE';
  tags: Tag[];
}

export interface FakeService {
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly Tag[];
  readonly client_token: string | undefined;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired_count: number;
  deployments: Deployment[];
}

export interface FakeTask {
  readonly arn: string;
  readonly family: string;
  readonly task_definition: string;
  readonly started_by: string | undefined;
  readonly client_token: string | undefined;
  readonly started_at: Date;
  status: 'RUNNING' | 'STOPPED';
  stop: { readonly code: string; readonly reason: string; readonly exit_code: number | null } | null;
  stopped_at: Date | null;
}

const ARN = 'arn:aws:ecs:eu-central-1:123456789012';
const ENDS = {
  exits: { code: 'EssentialContainerExited', reason: 'Essential container in task exited', exit_code: 3 },
  'out-of-memory': {
    code: 'EssentialContainerExited',
    reason: 'OutOfMemoryError: Container killed due to memory usage',
    exit_code: 137,
  },
  'no-image': {
    code: 'TaskFailedToStart',
    reason: 'CannotPullContainerError: pull image manifest has been retried 1 time(s)',
    exit_code: null,
  },
} as const;

/** A cluster in memory. Time passes in it only by {@link FakeCluster.tick}. */
export class FakeCluster {
  readonly definitions = new Map<string, FakeTaskDefinition>();
  readonly services = new Map<string, FakeService>();
  readonly tasks: FakeTask[] = [];
  readonly #clock: Clock;
  readonly #behaviourOf: (definition: FakeTaskDefinition) => AppBehaviour | AppEnd;
  #count = 0;

  /** @param behaviour - asked anew each time that a moment passes; the last part of the image's name when it is left out */
  constructor(
    clock: Clock,
    behaviour: (definition: FakeTaskDefinition) => AppBehaviour | AppEnd = behaviourByImage,
  ) {
    this.#clock = clock;
    this.#behaviourOf = behaviour;
  }

  register({ tags = [], ...input }: RegisterTaskDefinitionRequest): FakeTaskDefinition {
    const family = input.family ?? '';
    const revision = this.#next();
    const definition: FakeTaskDefinition = {
      ...(input as TaskDefinition),
      family,
      revision,
      taskDefinitionArn: `${ARN}:task-definition/${family}:${revision}`,
      status: 'ACTIVE',
      tags: [...tags],
    };
    this.definitions.set(definition.taskDefinitionArn, definition);
    return definition;
  }

  /** By ARN, or the newest active one of a family. */
  definition(name: string): FakeTaskDefinition | undefined {
    return (
      this.definitions.get(name) ??
      [...this.definitions.values()].findLast(({ family, status }) => family === name && status === 'ACTIVE')
    );
  }

  create(input: CreateServiceRequest): FakeService {
    const name = input.serviceName ?? '';
    const existing = this.services.get(name);
    if (existing !== undefined && existing.status !== 'INACTIVE') {
      if (existing.client_token === input.clientToken && existing.status === 'ACTIVE') return existing;
      const message =
        existing.status === 'DRAINING'
          ? 'Unable to Start a service that is still Draining.'
          : 'Creation of service was not idempotent.';
      throw new FakeEcsError('InvalidParameterException', message);
    }
    const service: FakeService = {
      name,
      arn: `${ARN}:service/apps/${name}`,
      tags: input.tags ?? [],
      client_token: input.clientToken,
      status: 'ACTIVE',
      desired_count: input.desiredCount ?? 1,
      deployments: [],
    };
    this.services.set(name, service);
    this.#rollOut(service, input.taskDefinition ?? '');
    return service;
  }

  update(input: UpdateServiceRequest): FakeService {
    const service = this.services.get(input.service ?? '');
    if (service === undefined) throw new FakeEcsError('ServiceNotFoundException', 'Service not found.');
    if (service.status !== 'ACTIVE') throw new FakeEcsError('ServiceNotActiveException', 'Not ACTIVE.');
    service.desired_count = input.desiredCount ?? service.desired_count;
    // Another count alone begins no rollout.
    if (input.taskDefinition !== undefined) this.#rollOut(service, input.taskDefinition);
    return service;
  }

  run(input: RunTaskRequest): FakeTask {
    const before = this.tasks.find(
      ({ client_token }) => client_token !== undefined && client_token === input.clientToken,
    );
    const definition = this.#active(input.taskDefinition ?? '');
    if (before !== undefined) {
      if (before.task_definition === definition.taskDefinitionArn) return before;
      const message = 'The client token was used with other parameters.';
      throw new FakeEcsError('ConflictException', message, { resourceIds: [before.arn] });
    }
    const task = this.#task(definition, input.startedBy, input.clientToken);
    const [script = ''] = input.overrides?.containerOverrides?.[0]?.command ?? [];
    const exit = /\bexit (\d+)$/.exec(script)?.[1];
    if (!/\bsleep\b/.test(script)) this.#end(task, { ...ENDS.exits, exit_code: Number(exit ?? 0) });
    return task;
  }

  /** A task of what a service is meant to run ends by itself. @param ran_ms - how long it has run */
  crash(name: string, end: AppEnd | 'out-of-memory', ran_ms: number): FakeTask {
    const service = this.services.get(name);
    const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
    const definition = this.#known(primary?.taskDefinition ?? '');
    const started_at = new Date(this.#clock.now().getTime() - ran_ms);
    const task = this.#task(definition, undefined, undefined, started_at);
    this.#end(task, end === 'out-of-memory' ? ENDS[end] : { ...ENDS.exits, ...end });
    return task;
  }

  /** Ends a task as a user does. */
  stop(arn: string, reason: string): void {
    const task = this.tasks.find((one) => one.arn === arn);
    if (task === undefined) {
      throw new FakeEcsError('InvalidParameterException', 'The referenced task was not found.');
    }
    if (task.status === 'RUNNING') this.#end(task, { code: 'UserInitiated', reason, exit_code: 143 });
  }

  /** The address that the gateway gives a service, for as long as there is one. */
  urlOf(service: FakeService): string {
    const label = service.name.slice(service.name.lastIndexOf('-') + 1);
    return `https://${label}.ecs.eu-central-1.on.aws`;
  }

  /** A moment passes: rollouts come to their end, and what drains has drained. */
  tick(): void {
    for (const service of this.services.values()) {
      if (service.status === 'DRAINING') service.status = 'INACTIVE';
      const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
      if (service.status !== 'ACTIVE' || primary?.rolloutState !== 'IN_PROGRESS') continue;
      this.#settle(service, primary);
    }
  }

  #settle(service: FakeService, primary: Deployment): void {
    const definition = this.#known(primary.taskDefinition ?? '');
    const behaviour = this.#behaviourOf(definition);
    if (behaviour === 'silent') return;
    if (behaviour === 'serves') {
      service.deployments = [{ ...primary, rolloutState: 'COMPLETED' }];
      return;
    }
    const end = typeof behaviour === 'string' ? ENDS[behaviour] : { ...ENDS.exits, ...behaviour };
    this.#end(this.#task(definition, undefined, undefined), end);
    const failed: Deployment = { ...primary, rolloutState: 'FAILED' };
    const before = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
    service.deployments =
      before === undefined
        ? [failed]
        : [
            { ...before, status: 'PRIMARY' },
            { ...failed, status: 'ACTIVE' },
          ];
  }

  #rollOut(service: FakeService, task_definition: string): void {
    const { taskDefinitionArn } = this.#active(task_definition);
    const before = service.deployments.filter(({ rolloutState }) => rolloutState === 'COMPLETED');
    const primary: Deployment = {
      id: `ecs-svc/${this.#next()}`,
      status: 'PRIMARY',
      taskDefinition: taskDefinitionArn,
      rolloutState: 'IN_PROGRESS',
      createdAt: this.#clock.now(),
    };
    service.deployments = [primary, ...before.map((one) => ({ ...one, status: 'ACTIVE' }))];
  }

  #task(
    definition: FakeTaskDefinition,
    started_by: string | undefined,
    client_token: string | undefined,
    started_at = this.#clock.now(),
  ): FakeTask {
    const task: FakeTask = {
      arn: `${ARN}:task/apps/${this.#next()}`,
      family: definition.family,
      task_definition: definition.taskDefinitionArn,
      started_by,
      client_token,
      started_at,
      status: 'RUNNING',
      stop: null,
      stopped_at: null,
    };
    this.tasks.push(task);
    return task;
  }

  #end(task: FakeTask, stop: NonNullable<FakeTask['stop']>): void {
    Object.assign(task, { status: 'STOPPED', stop, stopped_at: this.#clock.now() });
  }

  #active(name: string): FakeTaskDefinition {
    const definition = this.definition(name);
    if (definition?.status === 'ACTIVE') return definition;
    throw new FakeEcsError('ClientException', 'TaskDefinition is inactive');
  }

  #known(name: string): FakeTaskDefinition {
    const definition = this.definition(name);
    if (definition === undefined) throw new FakeEcsError('ClientException', 'TaskDefinition not found.');
    return definition;
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}

function behaviourByImage(definition: FakeTaskDefinition): AppBehaviour {
  const image = definition.containerDefinitions?.[0]?.image ?? '';
  return image.slice(image.lastIndexOf('/') + 1) as AppBehaviour;
}
