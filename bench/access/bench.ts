import { priceOf } from '../../infra/use-price.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { OPERATION_IDS, type OperationId } from '../../test/support/samples.ts';
import { total, type Units } from '../capacity/tally.ts';
import { type Figure, figure } from '../figure.ts';
import { type Figures, readFigures } from './figures.ts';
import { measureFigures } from './measure.ts';
import type { DeploymentKind } from './measure-deployments.ts';
import { priceDeployment } from './price.ts';

/** (e) Reads and writes of each route, at most as docs/access-patterns.md says; transitions and price of a deployment. */
export async function benchAccess(): Promise<Figure[]> {
  const measured = await measureFigures();
  const documented = readFigures();
  return [
    ...OPERATION_IDS.flatMap((id) => routeFigures(id, measured.routes, documented.routes)),
    ...promiseFigures(measured),
    ...deploymentFigures(measured, documented),
  ];
}

function routeFigures(id: OperationId, measured: Figures['routes'], documented: Figures['routes']): Figure[] {
  const { method, path } = ROUTES[id];
  const kinds = [
    ['read units', measured[id].reads, documented[id].reads],
    ['write units', measured[id].writes, documented[id].writes],
  ] as const;
  return kinds
    .filter(([, units, allowed]) => total(units) + total(allowed) > 0)
    .map(([unit, units, allowed]) =>
      figure(`${method} ${path}`, unit, total(units), { at_most: total(allowed) }, places(units)),
    );
}

/** What the design promises of every request. */
function promiseFigures({ authentication, routes }: Figures): Figure[] {
  const reading = OPERATION_IDS.filter((id) => ROUTES[id].method === 'GET');
  const limiter = Math.max(...reading.map((id) => total(routes[id].writes)));
  const { round_trips, reads } = authentication;
  return [
    figure('member and session, each request', 'round trips', round_trips, { at_most: 1 }, places(reads)),
    figure('rate limiter, each request that only reads', 'write units', limiter, { at_most: 0.1 }, {}),
  ];
}

const MOST_TRANSITIONS = 12;
const THOUSAND = 1000;

function deploymentFigures(measured: Figures, documented: Figures): Figure[] {
  return (Object.keys(measured.deployments) as DeploymentKind[]).flatMap((name) => {
    const counted = measured.deployments[name];
    const at_most = name === 'succeeds at once' ? MOST_TRANSITIONS : documented.deployments[name].transitions;
    const { transitions, retries, lambda_requests, events, whole } = counted;
    const from = { lambda_requests, events, reads: total(whole.reads), writes: total(whole.writes) };
    const price = priceOf(priceDeployment(counted)) * THOUSAND;
    return [
      figure(`a deployment that ${name}`, 'transitions', transitions, { at_most }, { retries }),
      figure(`a thousand deployments, each of which ${name}`, 'USD', price, undefined, from),
    ];
  });
}

function places(units: Units): Record<string, number> {
  return { ...units };
}
