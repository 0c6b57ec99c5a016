import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { type Access, NO_ACCESS, type Place, total, type Units } from '../capacity/tally.ts';
import { type Figures, readFigures } from './figures.ts';
import type { DeploymentAccess } from './measure-deployments.ts';

const HEAD = ['| | round trips | reads | writes |', '|---|---|---|---|'];

/** The tables of docs/access-patterns.md by the name of their place in it. */
export function createAccessTables(): ReadonlyMap<string, string> {
  const { authentication, routes, variants, consumers, delivery, deployments, partitions } = readFigures();
  const named = Object.entries(routes).map(([id, access]) => {
    const { method, path } = ROUTES[id as keyof typeof ROUTES];
    return [`\`${method} ${path}\``, access] as const;
  });
  return new Map([
    ['authentication', table([['member and session', authentication]])],
    ['routes', table(named)],
    ['variants', table(Object.entries(variants))],
    ['consumers', table(Object.entries(consumers))],
    ['delivery', table(Object.entries(delivery))],
    ['deployments', createSummary(Object.entries(deployments))],
    ['partitions', createPartitions(partitions)],
    ['tasks', createTasks(deployments)],
  ]);
}

function table(rows: readonly (readonly [string, Access])[]): string {
  return [...HEAD, ...rows.map(([name, access]) => row(name, access))].join('\n');
}

function row(name: string, { round_trips, requests, reads, writes }: Access): string {
  const trips = requests === round_trips ? `${round_trips}` : `${round_trips} (${requests} requests)`;
  return `| ${name} | ${trips} | ${describe(reads)} | ${describe(writes)} |`;
}

/** `9: tenants 8, due 1`, or the place alone where there is one. */
function describe(units: Units): string {
  const places = Object.entries(units);
  if (places.length === 0) return '0';
  const parts = places.map(([place, amount]) => `${place} ${amount}`).join(', ');
  return places.length === 1 ? parts : `${total(units)}: ${parts}`;
}

function createSummary(deployments: readonly (readonly [string, DeploymentAccess])[]): string {
  return [
    '| a deployment that | transitions | retries among them | functions run | events | reads | writes |',
    '|---|---|---|---|---|---|---|',
    ...deployments.map(([name, { transitions, retries, lambda_requests, events, whole }]) => {
      const cells = [
        name,
        transitions,
        retries,
        lambda_requests,
        events,
        total(whole.reads),
        total(whole.writes),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

const MAX_WRITES_S = 1000;

/** How many deployments a second each partition key would take; the keys of one deployment alone never fill. */
function createPartitions(partitions: Figures['partitions']): string {
  const shared = Object.entries(partitions).filter(
    ([key, { write_units }]) => write_units > 0 && !key.includes('{deployment}'),
  );
  return [
    '| partition key | write units for one deployment | deployments a second that fill it |',
    '|---|---|---|',
    ...shared.map(
      ([key, { write_units }]) =>
        `| \`${key}\` | ${write_units} | ${Math.floor(MAX_WRITES_S / write_units)} |`,
    ),
  ].join('\n');
}

/** The tasks of a deployment that succeeds at once; one look at a rollout that is pending; the task of one that fails. */
function createTasks({
  'succeeds at once': good,
  'succeeds after a minute and a half': waited,
  'fails its health check': bad,
}: Figures['deployments']): string {
  const looks = [waited, good].map(({ tasks }) => tasks.AwaitRollout ?? NO_ACCESS) as [Access, Access];
  const rows: [string, Access][] = [
    ...Object.entries(good.tasks),
    ['AwaitRollout, each look before', share(...looks, waited.retries)],
    ['RecordFailure', bad.tasks.RecordFailure ?? NO_ACCESS],
  ];
  return table(rows);
}

/** What one of several equal pieces of work costs that `more` has and `less` has not. */
function share(more: Access, less: Access, pieces: number): Access {
  const one = (of: Units, without: Units): Units =>
    Object.fromEntries(
      Object.entries(of).map(([place, units]) => [place, (units - (without[place as Place] ?? 0)) / pieces]),
    );
  return {
    round_trips: (more.round_trips - less.round_trips) / pieces,
    requests: (more.requests - less.requests) / pieces,
    reads: one(more.reads, less.reads),
    writes: one(more.writes, less.writes),
  };
}
