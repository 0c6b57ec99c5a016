import { kebabCase } from '../../src/contracts/functions/name.ts';
import { type DeploymentKey, RolloutPendingError } from '../../src/domain/deployments/index.ts';
import type { DomainEvent, EventConsumer } from '../../src/domain/shared/events.ts';
import type { Span, SpanOptions, Tracer } from '../../src/domain/shared/ports.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import type { Task } from './task.ts';

/** Runs work in a span of its own. An error is kept on it, and thrown on. */
export async function traced<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.start(name, options);
  try {
    return await span.within(() => work(span));
  } catch (error) {
    // Retry asks again on this name: nothing has failed.
    if (error instanceof RolloutPendingError) span.set({ 'branchline.pending': true });
    else span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** A state machine's task with a span for each run. @param name - the state's, as its function has it */
export function traceTask(tracer: Tracer, name: string, task: Task): Task {
  return (input, context) => {
    const key = deployInputSchema.safeParse(input).data;
    const attributes = key === undefined ? {} : deploymentAttributes(key);
    return traced(tracer, `task ${name}`, { attributes }, () => task(input, context));
  };
}

/** A consumer with a span for each event. */
export function traceConsumer(tracer: Tracer, name: string, consumer: EventConsumer): EventConsumer {
  return {
    handle: (event) =>
      traced(tracer, `consume ${name}`, { kind: 'consumer', attributes: eventAttributes(event) }, () =>
        consumer.handle(event),
      ),
  };
}

/** Every task of a process that runs them all, by its state's name. */
export function traceTasks<N extends string>(
  tracer: Tracer,
  tasks: Readonly<Record<N, Task>>,
): Readonly<Record<N, Task>> {
  return mapValues(tasks, (state, task) => traceTask(tracer, kebabCase(state), task));
}

/** Every consumer of a process that runs them all. */
export function traceConsumers<N extends string>(
  tracer: Tracer,
  consumers: Readonly<Record<N, EventConsumer>>,
): Readonly<Record<N, EventConsumer>> {
  return mapValues(consumers, (name, consumer) => traceConsumer(tracer, name, consumer));
}

function mapValues<N extends string, T>(
  values: Readonly<Record<N, T>>,
  change: (name: N, value: T) => T,
): Record<N, T> {
  const names = Object.keys(values) as N[];
  return Object.fromEntries(names.map((name) => [name, change(name, values[name])])) as Record<N, T>;
}

/** What says of which deployment a span is. */
export function deploymentAttributes({ tenant_id, deployment_id }: DeploymentKey) {
  return { 'branchline.tenant_id': tenant_id, 'branchline.deployment_id': deployment_id };
}

function eventAttributes({ id, type, tenant_id, data }: DomainEvent) {
  const { deployment_id, project_id } = data;
  return {
    'branchline.event_id': id,
    'branchline.event_type': type,
    'branchline.tenant_id': tenant_id,
    'branchline.deployment_id': typeof deployment_id === 'string' ? deployment_id : undefined,
    'branchline.project_id': typeof project_id === 'string' ? project_id : undefined,
  };
}
