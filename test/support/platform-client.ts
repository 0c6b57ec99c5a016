import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import type { deploymentView } from '../../src/contracts/http/views.ts';
import type { LogLine, Step } from '../../src/domain/deployments/index.ts';
import { type HttpAnswer, hostOf, send } from './platform-http.ts';

/** A deployment as `GET deployments/:id` shows it. */
export type DeploymentAnswer = z.infer<typeof deploymentView> & { readonly steps: readonly Step[] };

export interface ProjectAnswer {
  readonly id: string;
  readonly name: string;
  readonly recent_deployments: readonly { readonly id: string; readonly status: string }[];
}

export interface Listed<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

const LOOK_AGAIN_MS = 100;

interface LogPage {
  readonly data: readonly LogLine[];
  readonly next_cursor: string;
}

/** Which branch, tag or commit to deploy. */
interface SourceChoice {
  readonly branch?: string;
  readonly commit?: string;
}

/** Where things are that a laptop's platform has at one port. */
interface Elsewhere {
  /** The API's own Host header. */
  readonly host?: string;
  /** Where apps answer. */
  readonly apps_port?: number;
}

/** The API as one signed-in user sees it. */
export class Client {
  readonly port: number;
  readonly token: string;
  readonly #elsewhere: Elsewhere;

  constructor(port: number, token: string, elsewhere: Elsewhere = {}) {
    this.port = port;
    this.token = token;
    this.#elsewhere = elsewhere;
  }

  /** Any call; the answer whatever its status. */
  call(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const { host } = this.#elsewhere;
    return send(this.port, {
      ...(host === undefined ? {} : { host }),
      method,
      path: `/api/v1${path}`,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A call that has to succeed. @throws Error with the problem that the API states */
  async want<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.call(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  createProject(fields: {
    readonly name: string;
    readonly repository_url: string;
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<ProjectAnswer> {
    return this.want('POST', '/projects', fields);
  }

  /** Asks for a deployment; it is under way afterwards. */
  startDeployment(project_id: string, source: SourceChoice = {}): Promise<DeploymentAnswer> {
    return this.want('POST', '/deployments', { project_id, ...source });
  }

  /** Deploys and waits for the end, whatever it is. */
  async deploy(project_id: string, source: SourceChoice = {}): Promise<DeploymentAnswer> {
    return this.ended((await this.startDeployment(project_id, source)).id);
  }

  /** Deploys, and @throws Error unless it succeeds. */
  async deployed(project_id: string, source: SourceChoice = {}): Promise<DeploymentAnswer> {
    return demandSuccess(await this.deploy(project_id, source));
  }

  async rolledBack(deployment_id: string): Promise<DeploymentAnswer> {
    const { id } = await this.want<DeploymentAnswer>('POST', `/deployments/${deployment_id}/rollback`);
    return demandSuccess(await this.ended(id));
  }

  deployment(id: string): Promise<DeploymentAnswer> {
    return this.want('GET', `/deployments/${id}`);
  }

  /** Waits until a deployment is over. */
  ended(id: string): Promise<DeploymentAnswer> {
    return this.reached(id, ({ status }) => !['queued', 'building', 'deploying'].includes(status));
  }

  /** Follows the log, and looks at the deployment with each line, until it is as wanted. */
  async reached(id: string, wanted: (deployment: DeploymentAnswer) => boolean): Promise<DeploymentAnswer> {
    for (let cursor = ''; ; ) {
      const deployment = await this.deployment(id);
      if (wanted(deployment)) return deployment;
      cursor = (await this.logPage(id, cursor, 20)).next_cursor;
    }
  }

  logPage(id: string, cursor: string, wait_s: number): Promise<LogPage> {
    const after = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    return this.want('GET', `/deployments/${id}/logs?limit=1000&wait=${wait_s}${after}`);
  }

  /** All lines so far. */
  async log(id: string): Promise<readonly LogLine[]> {
    return (await this.logPage(id, '', 0)).data;
  }

  /** Waits for the line, counted from 1, whose message holds the text. */
  async logged(id: string, text: string, count = 1): Promise<LogLine> {
    const seen: LogLine[] = [];
    for (let cursor = ''; ; ) {
      const page = await this.logPage(id, cursor, 20);
      seen.push(...page.data.filter((line) => line.message.includes(text)));
      const line = seen[count - 1];
      if (line !== undefined) return line;
      cursor = page.next_cursor;
    }
  }

  /** A project's metrics once they tell of so many deployments: events bring them, in their own time. */
  async whenCounted(project_id: string, deployments: number): Promise<Record<string, number>> {
    for (;;) {
      const path = `/projects/${project_id}/metrics?days=30`;
      const metrics = await this.want<Record<string, number>>('GET', path);
      if ((metrics['deployments'] ?? 0) >= deployments) return metrics;
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** The team's usage by meter, once one of them has come to so much. */
  async whenUsed(meter: string, quantity: number): Promise<ReadonlyMap<string, number>> {
    for (;;) {
      const { data } = await this.want<Listed<{ meter: string; quantity: number }>>('GET', '/usage');
      const quantities = new Map(data.map((entry) => [entry.meter, entry.quantity]));
      if ((quantities.get(meter) ?? 0) >= quantity) return quantities;
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** What an app answers at its address. */
  visit(url: string | null, path = '/'): Promise<HttpAnswer> {
    return send(this.#elsewhere.apps_port ?? this.port, { host: hostOf(url), path });
  }
}

/** Registers an account of its own. */
export async function signUp(port: number, email: string): Promise<Client> {
  const { status, text } = await send(port, {
    method: 'POST',
    path: '/api/v1/auth/register',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD, name: 'Ada' }),
  });
  if (status !== 201) throw new Error(`register: ${status} ${text}`);
  return new Client(port, (JSON.parse(text) as { access_token: string }).access_token);
}

/** Everybody's in the tests. */
export const PASSWORD = 'correct horse battery staple';

function demandSuccess(deployment: DeploymentAnswer): DeploymentAnswer {
  if (deployment.status === 'success') return deployment;
  throw new Error(`The deployment ended as ${deployment.status}: ${JSON.stringify(deployment.failure)}`);
}
