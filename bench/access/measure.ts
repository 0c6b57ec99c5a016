import { OPERATION_IDS } from '../../test/support/samples.ts';
import type { Figures } from './figures.ts';
import {
  DEPLOYMENTS,
  type DeploymentKind,
  measureDeployment,
  measurePartitions,
} from './measure-deployments.ts';
import { CONSUMER_EVENTS, DELIVERY, measureConsumer } from './measure-events.ts';
import { measureAuthentication, measureRoute, VARIANTS } from './measure-routes.ts';

/** Measures all figures. */
export async function measureFigures(): Promise<Figures> {
  return {
    authentication: await measureAuthentication(),
    routes: await inTurn(OPERATION_IDS, (id) => id, measureRoute),
    variants: await runAll(VARIANTS),
    consumers: await inTurn(CONSUMER_EVENTS, ({ name }) => name, measureConsumer),
    delivery: await runAll(DELIVERY),
    deployments: await inTurn(
      Object.keys(DEPLOYMENTS) as DeploymentKind[],
      (name) => name,
      measureDeployment,
    ),
    partitions: await measurePartitions(),
  };
}

function runAll<Name extends string, T>(
  measures: Readonly<Record<Name, () => Promise<T>>>,
): Promise<Record<Name, T>> {
  return inTurn(
    Object.keys(measures) as Name[],
    (name) => name,
    (name) => measures[name](),
  );
}

async function inTurn<Case, Name extends string, T>(
  cases: readonly Case[],
  nameOf: (each: Case) => Name,
  measure: (each: Case) => Promise<T>,
): Promise<Record<Name, T>> {
  const measured: [Name, T][] = [];
  for (const each of cases) measured.push([nameOf(each), await measure(each)]);
  return Object.fromEntries(measured) as Record<Name, T>;
}
