import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { AwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import type { AppBehaviour, AppEnd, FakeTaskDefinition } from '../../support/fake-ecs-cluster.ts';
import { openLogStream } from './cloudwatch.ts';
import type { UnpackedImage } from './image.ts';

const LOOK_AGAIN_MS = 25;

interface App {
  state: AppBehaviour | AppEnd;
  port: number;
  child: ChildProcess | undefined;
}

export interface AppHostOptions {
  readonly aws: AwsCaller;
  /** @param image - as a task definition names it */
  readonly unpack: (image: string) => Promise<UnpackedImage>;
}

/** Fargate's place: runs the app of a task definition as a process of this machine, and writes its log where ECS would. */
export class AppHost {
  readonly #options: AppHostOptions;
  readonly #apps = new Map<string, App>();

  constructor(options: AppHostOptions) {
    this.#options = options;
  }

  /** How an app is getting on; the first question starts it. */
  behaviourOf(definition: FakeTaskDefinition): AppBehaviour | AppEnd {
    const arn = definition.taskDefinitionArn;
    const known = this.#apps.get(arn);
    if (known !== undefined) return known.state;
    const app: App = { state: 'silent', port: 0, child: undefined };
    this.#apps.set(arn, app);
    this.#start(app, definition).catch((error: unknown) => {
      app.state = 'no-image';
      process.stderr.write(`An app could not be started: ${String(error)}\n`);
    });
    return app.state;
  }

  /** Where the app of a task definition listens. */
  portOf(task_definition_arn: string): number | undefined {
    return this.#apps.get(task_definition_arn)?.port;
  }

  /** Ends all apps but those of these task definitions. */
  keepOnly(task_definition_arns: ReadonlySet<string>): void {
    for (const [arn, { child }] of this.#apps) {
      if (task_definition_arns.has(arn)) continue;
      child?.kill();
      this.#apps.delete(arn);
    }
  }

  /** Ends all apps at once. */
  stop(): void {
    for (const { child } of this.#apps.values()) child?.kill('SIGKILL');
    this.#apps.clear();
  }

  async #start(app: App, definition: FakeTaskDefinition): Promise<void> {
    const [container] = definition.containerDefinitions ?? [];
    const image = await this.#options.unpack(container?.image ?? '');
    const options = container?.logConfiguration?.options ?? {};
    const log = openLogStream(
      this.#options.aws,
      options['awslogs-group'] ?? '',
      `${options['awslogs-stream-prefix']}/app/${crypto.randomUUID()}`,
    );
    app.port = await freePort();
    const given = (container?.environment ?? []).map(({ name, value }) => [name, value]);
    const [program = '', ...args] = image.argv;
    const child = spawn(program, args, {
      cwd: image.folder,
      env: {
        PATH: process.env['PATH'],
        ...image.variables,
        ...Object.fromEntries(given),
        PORT: String(app.port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    app.child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => log.write(line));
    const ended = once(child, 'close').then(([exit_code]) => {
      app.state = { exit_code: exit_code as number | null };
    });
    while (app.state === 'silent' && !(await answers(app.port)))
      await Promise.race([delay(LOOK_AGAIN_MS), ended]);
    // The loop ended because the app answers, unless its end came first.
    if (app.state === 'silent') app.state = 'serves';
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/', agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** The gateway: sends a request to where the app of its Host header listens.
 *  @param portOf - undefined for a host that nobody has */
export async function startGateway(portOf: (host: string) => number | undefined) {
  const server = createServer((incoming, outgoing) => {
    const port = portOf(incoming.headers.host ?? '');
    if (port === undefined) {
      outgoing.writeHead(404).end('no app at this address');
      return;
    }
    const { method, headers, url: path } = incoming;
    const sent = request({ host: '127.0.0.1', port, method, headers, path, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}
