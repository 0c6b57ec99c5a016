import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { createApiClient } from '../local/demo/client.ts';
import { type Figure, figure, median } from './figure.ts';
import { startPlatformServer, startServer } from './server.ts';

interface Load {
  readonly requests_s: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

const ROUNDS = 3;
const SECONDS = 4;
const CONNECTIONS = 10;
const REFERENCE = fileURLToPath(new URL('./reference-server.ts', import.meta.url));

/** (a) An authenticated read through the gateway, against Fastify doing as much of it as any server must.
 *  In turn, so that a slow moment of the machine meets both. */
export async function benchReads(): Promise<Figure[]> {
  const reference = await startServer(REFERENCE, {});
  const platform = await startPlatformServer();
  try {
    const theirs = await referenceTarget(reference.port);
    const ours = await platformTarget(platform.port);
    await load(theirs, 1);
    await load(ours, 1);
    const rounds: { readonly theirs: Load; readonly ours: Load }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({ theirs: await load(theirs, SECONDS), ours: await load(ours, SECONDS) });
    }
    return toFigures(rounds);
  } finally {
    await platform.stop();
    await reference.stop();
  }
}

function toFigures(rounds: readonly { readonly theirs: Load; readonly ours: Load }[]): Figure[] {
  const of = (who: 'theirs' | 'ours', what: keyof Load) => median(rounds.map((round) => round[who][what]));
  const ratio = (what: keyof Load) => median(rounds.map((round) => round.ours[what] / round.theirs[what]));
  const from = (what: keyof Load) => ({ branchline: of('ours', what), fastify: of('theirs', what) });
  return [
    figure(
      'GET project, requests/s, of Fastify’s',
      'ratio',
      ratio('requests_s'),
      { at_least: 0.5 },
      from('requests_s'),
    ),
    figure('GET project, p50, of Fastify’s', 'ratio', ratio('p50_ms'), { at_most: 2.5 }, from('p50_ms')),
    figure('GET project, p99, of Fastify’s', 'ratio', ratio('p99_ms'), { at_most: 3 }, from('p99_ms')),
  ];
}

interface Target {
  readonly url: string;
  readonly token: string;
}

async function referenceTarget(port: number): Promise<Target> {
  const { token } = await createApiClient(port).get<{ token: string }>('/token');
  return { url: `http://127.0.0.1:${port}/projects/one`, token };
}

async function platformTarget(port: number): Promise<Target> {
  const account = await createApiClient(port).post<{ access_token: string }>('/api/v1/auth/register', {
    email: 'bench@example.com',
    password: 'a long enough one',
    name: 'Bench',
  });
  const api = createApiClient(port, account.access_token);
  const project = await api.post<{ id: string }>('/api/v1/projects', {
    name: 'bench',
    description: 'x'.repeat(100),
    repository_url: 'https://example.com/bench.git',
  });
  return { url: `http://127.0.0.1:${port}/api/v1/projects/${project.id}`, token: account.access_token };
}

async function load(target: Target, duration_s: number): Promise<Load> {
  const result = await autocannon({
    url: target.url,
    connections: CONNECTIONS,
    duration: duration_s,
    headers: { authorization: `Bearer ${target.token}` },
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${target.url}: ${result.non2xx} refusals, ${result.errors} errors`);
  }
  return {
    requests_s: result.requests.average,
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
  };
}
