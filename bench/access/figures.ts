import { readFileSync } from 'node:fs';
import type { ROUTES } from '../../src/contracts/http/catalog.ts';
import type { Access } from '../capacity/tally.ts';
import type { DeploymentAccess, DeploymentKind, Load } from './measure-deployments.ts';
import type { DeliveryName } from './measure-events.ts';
import type { VariantName } from './measure-routes.ts';

/** What everything costs on DynamoDB, as it was measured last: the page, the price of a deployment and the tests go by it.
 *  `npm run generate` measures and writes it. */
export interface Figures {
  /** What every request that needs a principal costs first; the routes' own figures include it. */
  readonly authentication: Access;
  readonly routes: Readonly<Record<keyof typeof ROUTES, Access>>;
  readonly variants: Readonly<Record<VariantName, Access>>;
  /** By consumer and event. */
  readonly consumers: Readonly<Record<string, Access>>;
  readonly delivery: Readonly<Record<DeliveryName, Access>>;
  readonly deployments: Readonly<Record<DeploymentKind, DeploymentAccess>>;
  /** What one deployment asks of each partition key, busiest first. */
  readonly partitions: Readonly<Record<string, Load>>;
}

export const FIGURES_FILE = 'bench/access/figures.json';

export function readFigures(): Figures {
  return JSON.parse(readFileSync(new URL('./figures.json', import.meta.url), 'utf8')) as Figures;
}
