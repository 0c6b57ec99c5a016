import { setTimeout as delay } from 'node:timers/promises';
import { type Command, describeCommand } from '../../src/domain/builds/index.ts';
import {
  type ComputeProvider,
  DeploymentFailedError,
  type DeploymentKey,
  type DeploymentLogs,
  type ReleaseSpec,
  type ServiceKey,
} from '../../src/domain/deployments/index.ts';
import type { Clock, Logger } from '../../src/domain/shared/ports.ts';
import type { Limits } from '../builder/limits.ts';
import type { ProcessRunner } from '../process/index.ts';
import type { AppProxy } from '../proxy/types.ts';
import { Instance } from './instance.ts';
import { type LaunchOptions, launchCommand, launchWeb } from './launch.ts';
import { runToEnd } from './one-off.ts';
import type { Workload, Workloads } from './workloads.ts';

export interface LocalComputeOptions extends LaunchOptions {
  readonly runner: ProcessRunner;
  readonly limits: Limits;
  readonly proxy: AppProxy;
  readonly workloads: Workloads;
  readonly logs: Pick<DeploymentLogs, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly domain: (host: string) => string;
  /** Told when an app that served is given up by its restart policy. */
  readonly onCrashed: (key: DeploymentKey) => Promise<void>;
}

/** Runs releases as supervised processes of this machine. */
export interface LocalCompute extends ComputeProvider {
  /** Starts again what ran before a restart. @param load - the release of a deployment; undefined when it is gone
   *  @returns resolves when each answers, or is given up, or after `wait_ms` */
  resume(load: (key: DeploymentKey) => Promise<ReleaseSpec | undefined>, wait_ms: number): Promise<void>;
  /** Stops every app; the desired state stays, so the next process starts them again. */
  shutDown(): Promise<void>;
  /** The instances that serve, or are to serve again. */
  running(): readonly Instance[];
}

// A rollout's news normally comes within this time; then the task is asked again.
const PROGRESS_WAIT_MS = 5000;

export function createLocalCompute(options: LocalComputeOptions): LocalCompute {
  return new ProcessCompute(options);
}

class ProcessCompute implements LocalCompute {
  readonly #options: LocalComputeOptions;
  /** Started, not serving (yet). */
  readonly #candidates = new Map<string, Instance>();
  /** Serving, by service. */
  readonly #active = new Map<string, Instance>();
  /** No longer serving, until nothing of them runs. */
  readonly #retiring = new Set<Promise<void>>();

  constructor(options: LocalComputeOptions) {
    this.#options = options;
  }

  get isolation() {
    return this.#options.runner.level;
  }

  running(): readonly Instance[] {
    return [...this.#active.values()];
  }

  async release(spec: ReleaseSpec): Promise<void> {
    if (this.#candidates.has(spec.deployment_id) || this.#isActive(spec)) return;
    const instance = this.#create(spec);
    this.#candidates.set(spec.deployment_id, instance);
    instance.start();
  }

  async progress(deployment_id: string, signal?: AbortSignal) {
    const candidate = this.#candidates.get(deployment_id) ?? this.#findActive(deployment_id);
    if (candidate === undefined) {
      return { state: 'failed', reason: 'interrupted', detail: 'It is not running.' } as const;
    }
    return candidate.progress(PROGRESS_WAIT_MS, signal);
  }

  async promote(spec: ReleaseSpec): Promise<void> {
    const { deployment_id, service } = spec;
    const instance = this.#candidates.get(deployment_id);
    if (instance === undefined) {
      if (this.#isActive(spec)) return;
      throw new DeploymentFailedError('interrupted', 'It is not running.');
    }
    this.#options.workloads.write({ service, deployment: { tenant_id: service.tenant_id, deployment_id } });
    const previous = this.#active.get(keyOf(service));
    this.#candidates.delete(deployment_id);
    this.#active.set(keyOf(service), instance);
    this.#route(instance);
    // Not waited for: the deployment has succeeded by then.
    if (previous !== undefined) void this.#retire(previous, this.#options.limits.drain_ms);
  }

  async stop(deployment_id: string): Promise<void> {
    const candidate = this.#candidates.get(deployment_id);
    this.#candidates.delete(deployment_id);
    await candidate?.stop();
  }

  async removeProject(tenant_id: string, project_id: string): Promise<void> {
    const belongs = ({ spec }: Instance) =>
      spec.service.tenant_id === tenant_id && spec.service.project_id === project_id;
    const candidates = [...this.#candidates.values()].filter(belongs);
    const serving = this.running().filter(belongs);
    for (const instance of serving) {
      this.#options.workloads.remove(instance.spec.service);
      this.#active.delete(keyOf(instance.spec.service));
      this.#options.proxy.unroute(instance.spec.host);
    }
    await Promise.all([
      ...candidates.map((instance) => this.stop(instance.id)),
      ...serving.map((instance) => this.#retire(instance, 0)),
    ]);
  }

  async runOneOff(spec: ReleaseSpec, commands: readonly Command[], signal?: AbortSignal): Promise<void> {
    for (const command of commands) {
      this.#log(spec, {
        step: 'pre_deploy',
        stream: 'system',
        level: 'info',
        message: `$ ${describeCommand(command)}`,
      });
      await runToEnd({
        runner: this.#options.runner,
        limits: this.#options.limits,
        launch: launchCommand(this.#options, spec, command),
        id: `one-off-${spec.deployment_id}`,
        command,
        signal,
        onLine: (line) => this.#log(spec, { ...line, step: 'pre_deploy', level: 'info' }),
      });
    }
  }

  async resume(
    load: (key: DeploymentKey) => Promise<ReleaseSpec | undefined>,
    wait_ms: number,
  ): Promise<void> {
    const restart = async ({ service, deployment }: Workload): Promise<void> => {
      const spec = await load(deployment);
      if (spec === undefined) return this.#options.workloads.remove(service);
      const instance = this.#create(spec);
      this.#active.set(keyOf(service), instance);
      this.#options.proxy.route(spec.host, null, spec.display_name);
      instance.start();
      await instance.progress(wait_ms);
    };
    const starts = this.#options.workloads.readAll().map((workload) =>
      restart(workload).catch((error: unknown) => {
        // One that can't be started must not keep the others, and the platform, from starting.
        const { deployment_id } = workload.deployment;
        this.#options.logger.error('app could not be started again', { deployment_id, error });
      }),
    );
    const all = Promise.all(starts);
    await Promise.race([all, delay(wait_ms, undefined, { ref: false })]);
  }

  async shutDown(): Promise<void> {
    const instances = [...this.#active.values(), ...this.#candidates.values()];
    this.#active.clear();
    this.#candidates.clear();
    await Promise.all([...instances.map((instance) => instance.stop()), ...this.#retiring]);
  }

  #create(spec: ReleaseSpec): Instance {
    return new Instance({
      spec,
      launch: launchWeb(this.#options, spec),
      runner: this.#options.runner,
      limits: this.#options.limits,
      domain: this.#options.domain(spec.host),
      log: (line) => this.#log(spec, line),
      onChange: (instance) => this.#follow(instance),
    });
  }

  /** Keeps the route of a serving app in step with it. */
  #follow(instance: Instance): void {
    if (this.#active.get(keyOf(instance.spec.service)) !== instance) return;
    this.#route(instance);
    if (instance.state !== 'failed') return;
    const { service, deployment_id } = instance.spec;
    this.#options.onCrashed({ tenant_id: service.tenant_id, deployment_id }).catch((error: unknown) => {
      this.#options.logger.error('crash could not be recorded', { deployment_id, error });
    });
  }

  #route(instance: Instance): void {
    const { host, display_name } = instance.spec;
    this.#options.proxy.route(host, instance.target ?? null, display_name);
  }

  /** Lets requests in flight end, then stops it. */
  #retire(instance: Instance, drain_ms: number): Promise<void> {
    const work = (async () => {
      if (drain_ms > 0) await this.#options.proxy.drained(instance.id, drain_ms);
      await instance.stop();
    })()
      .catch((error: unknown) => {
        this.#options.logger.error('app could not be stopped', { deployment_id: instance.id, error });
      })
      .finally(() => this.#retiring.delete(work));
    this.#retiring.add(work);
    return work;
  }

  #isActive(spec: ReleaseSpec): boolean {
    return this.#active.get(keyOf(spec.service))?.id === spec.deployment_id;
  }

  #findActive(deployment_id: string): Instance | undefined {
    return this.running().find((instance) => instance.id === deployment_id);
  }

  #log(spec: ReleaseSpec, line: Parameters<ConstructorParameters<typeof Instance>[0]['log']>[0]): void {
    const timestamp = line.timestamp ?? this.#options.clock.now().toISOString();
    const { tenant_id } = spec.service;
    this.#options.logs.append({ tenant_id, deployment_id: spec.deployment_id }, { ...line, timestamp });
  }
}

function keyOf(service: ServiceKey): string {
  return `${service.tenant_id}/${service.project_id}/${service.environment}/${service.name}`;
}
