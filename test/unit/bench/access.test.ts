import { describe, expect, test } from 'vitest';
import { readFigures } from '../../../bench/access/figures.ts';
import {
  DEPLOYMENTS,
  type DeploymentKind,
  measureDeployment,
  measurePartitions,
} from '../../../bench/access/measure-deployments.ts';
import {
  CONSUMER_EVENTS,
  DELIVERY,
  type DeliveryName,
  measureConsumer,
} from '../../../bench/access/measure-events.ts';
import {
  measureAuthentication,
  measureRoute,
  VARIANTS,
  type VariantName,
} from '../../../bench/access/measure-routes.ts';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { OPERATION_IDS } from '../../support/samples.ts';

const figures = readFigures();
const namesOf = <Name extends string>(cases: Readonly<Record<Name, unknown>>) => Object.keys(cases) as Name[];

// Where one of these differs, a change made something cheaper or dearer: `npm run generate` writes what it costs now, and
// the difference belongs into the change's review.
describe('docs/access-patterns.md tells what is consumed by', () => {
  test('every route, event and deployment that there is, and by no other', () => {
    expect(Object.keys(figures.routes)).toEqual(Object.keys(ROUTES));
    expect(Object.keys(figures.variants)).toEqual(namesOf(VARIANTS));
    expect(Object.keys(figures.consumers)).toEqual(CONSUMER_EVENTS.map(({ name }) => name));
    expect(Object.keys(figures.delivery)).toEqual(namesOf(DELIVERY));
    expect(Object.keys(figures.deployments)).toEqual(namesOf(DEPLOYMENTS));
  });

  test('a request before its route begins', async () => {
    expect(await measureAuthentication()).toEqual(figures.authentication);
  });

  test.each(OPERATION_IDS)('%s', async (operation_id) => {
    expect(await measureRoute(operation_id)).toEqual(figures.routes[operation_id]);
  });

  test.each<VariantName>(namesOf(VARIANTS))('%s', async (name) => {
    expect(await VARIANTS[name]()).toEqual(figures.variants[name]);
  });

  test.each(CONSUMER_EVENTS)('$name', async (each) => {
    expect(await measureConsumer(each)).toEqual(figures.consumers[each.name]);
  });

  test.each<DeliveryName>(namesOf(DELIVERY))('%s', async (name) => {
    expect(await DELIVERY[name]()).toEqual(figures.delivery[name]);
  });

  test.each<DeploymentKind>(namesOf(DEPLOYMENTS))('a deployment that %s', async (name) => {
    expect(await measureDeployment(name)).toEqual(figures.deployments[name]);
  });

  test('each partition key for one deployment', async () => {
    expect(await measurePartitions()).toEqual(figures.partitions);
  });
});

describe('the design’s promises', () => {
  test('each request reads its member and session in one round trip, and no more before its route', () => {
    expect(figures.authentication).toEqual({
      round_trips: 1,
      requests: 1,
      reads: { tenants: 2 },
      writes: {},
    });
  });

  test('a list of projects takes as many requests for 50 as for one, and a read more for each', () => {
    const [one, fifty] = [
      figures.routes.listProjects,
      figures.variants['GET /api/v1/projects, a page of 50'],
    ];

    expect(fifty.requests).toBe(one.requests);
    // The projects' own items are read 4 KB at a time.
    expect((fifty.reads.tenants ?? 0) - (one.reads.tenants ?? 0)).toBeLessThanOrEqual(49 + 49 / 2);
  });

  test('no request that only reads costs a write, but for one by which the limiter leases', () => {
    const reading = OPERATION_IDS.filter((id) => ROUTES[id].method === 'GET');

    expect(reading.filter((id) => Object.keys(figures.routes[id].writes).length > 0)).toEqual([]);
    expect(figures.variants['GET /api/v1/projects, where the limiter leases'].writes).toEqual({ tenants: 1 });
  });

  test('a deployment that succeeds at once takes 12 transitions at most, each retry is one more', () => {
    const [at_once, waited] = [
      figures.deployments['succeeds at once'],
      figures.deployments['succeeds after a minute and a half'],
    ];

    expect(at_once.retries).toBe(0);
    expect(at_once.transitions).toBeLessThanOrEqual(12);
    expect(waited.transitions - at_once.transitions).toBe(waited.retries);
  });
});
