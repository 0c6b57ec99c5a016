import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type FailureReason,
  type LogLine,
  mayRestart,
  RAN_WELL_MS,
  type ReleaseSpec,
  type RolloutProgress,
} from '../../src/domain/deployments/index.ts';
import type { Limits } from '../builder/limits.ts';
import type { ProcessExit, ProcessRunner, ProcessUsage, SandboxedProcess } from '../process/index.ts';
import type { AppTarget } from '../proxy/types.ts';
import { checkHealth } from './health-check.ts';
import type { Launch } from './launch.ts';
import { findFreePort } from './ports.ts';
import { describeExit, RESTARTS_BEFORE_HEALTHY, restartPauseMs } from './restart.ts';

export interface InstanceOptions {
  readonly spec: ReleaseSpec;
  readonly launch: Launch;
  readonly runner: ProcessRunner;
  readonly limits: Limits;
  /** Host header of health checks. */
  readonly domain: string;
  readonly log: (line: Omit<LogLine, 'timestamp'> & { readonly timestamp?: string }) => void;
  /** Told whenever the app becomes reachable, is lost, or is given up. */
  readonly onChange: (instance: Instance) => void;
}

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'healthy'; readonly target: AppTarget }
  /** Was healthy, and is being started again. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }
  | { readonly kind: 'stopped' };

// Fast while an app normally starts, then slower: a health check is a request that the app has to serve.
const FIRST_POLL_MS = 15;
const LONGEST_POLL_MS = 500;

/** One running copy of a release: starts it, waits for its first healthy answer, restarts it by its policy. */
export class Instance {
  readonly id: string;
  readonly spec: ReleaseSpec;
  readonly #options: InstanceOptions;
  readonly #news = new EventEmitter();
  readonly #stopping = new AbortController();
  #state: State = { kind: 'starting' };
  #process: SandboxedProcess | undefined;
  #was_healthy = false;
  #finished: Promise<void> = Promise.resolve();

  constructor(options: InstanceOptions) {
    this.id = options.spec.deployment_id;
    this.spec = options.spec;
    this.#options = options;
    this.#news.setMaxListeners(0);
  }

  /** Where it can be reached; undefined while it can't. */
  get target(): AppTarget | undefined {
    return this.#state.kind === 'healthy' ? this.#state.target : undefined;
  }

  get state(): State['kind'] {
    return this.#state.kind;
  }

  /** Begins; returns at once. Progress tells how it goes. */
  start(): void {
    this.#finished = this.#supervise().catch(async (error: unknown) => {
      this.#enter({ kind: 'failed', reason: 'internal', detail: '' });
      this.#say('error', `Supervision ended: ${String(error)}`);
      await this.#process?.terminate(this.#options.limits.stop_grace_ms);
    });
  }

  /** How the start is getting on; waits up to `wait_ms` for news while it is pending. */
  async progress(wait_ms: number, stopped?: AbortSignal): Promise<RolloutProgress> {
    const now = this.#progressNow();
    if (now.state !== 'pending') return now;
    try {
      const signals = [AbortSignal.timeout(wait_ms), ...(stopped === undefined ? [] : [stopped])];
      await once(this.#news, 'change', { signal: AbortSignal.any(signals) });
    } catch {
      // Nothing new within the time, or nobody waits any more: still pending.
    }
    return this.#progressNow();
  }

  /** What its processes hold and have used; undefined while there are none. */
  async usage(): Promise<ProcessUsage | undefined> {
    return this.#process?.usage();
  }

  /** SIGTERM, and SIGKILL after the grace; resolves when nothing of it runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.terminate(this.#options.limits.stop_grace_ms);
    await this.#finished;
    this.#enter({ kind: 'stopped' });
  }

  #progressNow(): RolloutProgress {
    switch (this.#state.kind) {
      case 'healthy':
        return { state: 'healthy' };
      case 'failed':
        return { state: 'failed', reason: this.#state.reason, detail: this.#state.detail };
      case 'stopped':
        return { state: 'failed', reason: 'interrupted', detail: 'It was stopped.' };
      case 'starting':
      case 'restarting':
        return { state: 'pending' };
    }
  }

  async #supervise(): Promise<void> {
    const deadline_ms = Date.now() + this.spec.plan.health_check.timeout_s * 1000;
    for (let restarts = 0; ; restarts += 1) {
      const port = await findFreePort();
      const started_ms = Date.now();
      const exit = await this.#runOnce(port, deadline_ms);
      if (this.#stopping.signal.aborted || this.#state.kind === 'failed' || exit === undefined) return;
      if (this.#was_healthy && Date.now() - started_ms > RAN_WELL_MS) restarts = 0;
      if (!this.#decideRestart(exit, restarts)) return;
      await this.#pause(restartPauseMs(restarts));
      if (this.#stopping.signal.aborted) return;
    }
  }

  /** @returns how the run ended; undefined when it was given up */
  async #runOnce(port: number, deadline_ms: number): Promise<ProcessExit | undefined> {
    const { launch, runner, log } = this.#options;
    const child = await runner.start({
      ...launch,
      id: `app-${this.id}`,
      environment: { ...launch.environment, PORT: String(port) },
      memory_limit_bytes: this.#options.limits.app_memory_bytes,
      onLine: (line) => log({ ...line, step: 'runtime', level: 'info' }),
    });
    this.#process = child;
    if (this.#stopping.signal.aborted) return child.terminate(this.#options.limits.stop_grace_ms);
    const ended = new AbortController();
    const exited = child.exited.then((exit) => {
      ended.abort();
      return exit;
    });
    const given_up = await this.#awaitHealthy(port, deadline_ms, child, ended.signal);
    if (given_up) await child.terminate(this.#options.limits.stop_grace_ms);
    const exit = await exited;
    return given_up ? undefined : exit;
  }

  /** Polls until the app answers, ends, or its time is over. @returns true when it was given up */
  async #awaitHealthy(
    port: number,
    deadline_ms: number,
    child: SandboxedProcess,
    ended: AbortSignal,
  ): Promise<boolean> {
    const { path } = this.spec.plan.health_check;
    const signal = AbortSignal.any([ended, this.#stopping.signal]);
    let warned = false;
    let last_status: number | undefined;
    for (let poll_ms = FIRST_POLL_MS; !signal.aborted; poll_ms = Math.min(LONGEST_POLL_MS, poll_ms * 1.3)) {
      // An app that takes a request and never answers must not hold up the end of its time.
      const left_ms = this.#was_healthy ? undefined : Math.max(1, deadline_ms - Date.now());
      const asked = left_ms === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(left_ms)]);
      const answered = await checkHealth(port, path, this.#options.domain, asked);
      if (signal.aborted) return false;
      last_status = answered?.status ?? last_status;
      if (answered?.healthy === true) {
        this.#was_healthy = true;
        this.#enter({ kind: 'healthy', target: { instance_id: this.id, host: answered.host, port } });
        return false;
      }
      // What was healthy once gets as long as it needs: its restart policy decides over it, not this check.
      if (!this.#was_healthy && Date.now() >= deadline_ms) {
        await this.#giveUp(port, child, last_status);
        return true;
      }
      if (!warned && poll_ms === LONGEST_POLL_MS) warned = await this.#warnOfOtherPort(port, child);
      await this.#pause(poll_ms, signal);
    }
    return false;
  }

  async #giveUp(port: number, child: SandboxedProcess, last_status: number | undefined): Promise<void> {
    const { path, timeout_s } = this.spec.plan.health_check;
    const open = await child.listeningPorts();
    if (!open.includes(port) && open.length > 0) {
      const detail = `It listens on ${open.join(', ')}; PORT was ${port}. Let the app listen on process.env.PORT (or its language's like).`;
      this.#enter({ kind: 'failed', reason: 'wrong_port', detail });
      return;
    }
    const asked = path === null ? `port ${port}` : `${path} on port ${port}`;
    const last = last_status === undefined ? 'it does not answer' : `the last one was ${last_status}`;
    const why = open.length === 0 ? 'nothing listens there' : last;
    const detail = `No healthy answer from ${asked} within ${timeout_s} s: ${why}.`;
    this.#enter({ kind: 'failed', reason: 'healthcheck_failed', detail });
  }

  async #warnOfOtherPort(port: number, child: SandboxedProcess): Promise<boolean> {
    const open = await child.listeningPorts();
    if (open.length === 0 || open.includes(port)) return false;
    this.#say('warn', `The app listens on port ${open.join(', ')}, but PORT is ${port}`);
    return true;
  }

  #decideRestart(exit: ProcessExit, restarts: number): boolean {
    const { restart } = this.spec.plan;
    const how = describeExit(exit);
    if (!this.#was_healthy) {
      if (exit.out_of_memory) {
        const detail = `An app may use ${this.#options.limits.app_memory_bytes / 1024 ** 2} MiB.`;
        this.#enter({ kind: 'failed', reason: 'out_of_memory', detail });
        return false;
      }
      if (restarts >= RESTARTS_BEFORE_HEALTHY) {
        this.#enter({ kind: 'failed', reason: 'app_exited', detail: `It ended with ${how}.` });
        return false;
      }
      this.#say('warn', `The app ended with ${how} before it was healthy; starting it again`);
      return true;
    }
    if (!mayRestart(restart, exit.code, restarts)) {
      this.#say('error', `The app ended with ${how}; its restart policy starts it no more`);
      this.#enter({ kind: 'failed', reason: 'app_exited', detail: `It ended with ${how}.` });
      return false;
    }
    this.#say('warn', `The app ended with ${how}; starting it again`);
    this.#enter({ kind: 'restarting' });
    return true;
  }

  async #pause(duration_ms: number, signal = this.#stopping.signal): Promise<void> {
    try {
      await delay(duration_ms, undefined, { signal });
    } catch {
      // Stopped meanwhile: whoever waits looks at the signal next.
    }
  }

  #enter(state: State): void {
    if (this.#state.kind === 'stopped') return;
    this.#state = state;
    this.#news.emit('change');
    this.#options.onChange(this);
  }

  #say(level: LogLine['level'], message: string): void {
    this.#options.log({ step: 'runtime', stream: 'system', level, message });
  }
}
