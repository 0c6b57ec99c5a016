import {
  type CountedDeployment,
  oneDeployment,
  priceOf,
  thousandRequests,
  toTable,
  type UseLine,
} from '../../infra/use-price.ts';
import type { DeployTask } from '../../state-machines/catalog.ts';
import { total } from '../capacity/tally.ts';
import { readFigures } from './figures.ts';
import type { DeploymentAccess } from './measure-deployments.ts';

const HEAD = ['| | quantity | |', '|---|---|---|'];

/** The tables of docs/costs.md that rest on counted figures, by the name of their place in it. */
export function createCostTables(): ReadonlyMap<string, string> {
  const { routes, deployments } = readFigures();
  const whole = Object.entries(deployments).map(
    ([name, counted]) => `| ${name} | $${priceOf(priceDeployment(counted)).toFixed(6)} |`,
  );
  return new Map([
    ['requests', [...HEAD, ...toTable(thousandRequests(total(routes.getProject.reads)))].join('\n')],
    [
      'deployment',
      [...HEAD, ...toTable(priceDeployment(deployments['succeeds after a minute and a half']))].join('\n'),
    ],
    ['deployments', ['| a deployment that | |', '|---|---|', ...whole].join('\n')],
  ]);
}

/** What a counted deployment costs, line by line. */
export function priceDeployment(counted: DeploymentAccess): readonly UseLine[] {
  return oneDeployment(toCounted(counted));
}

function toCounted(counted: DeploymentAccess): CountedDeployment {
  const { transitions, lambda_requests, events, whole, tasks } = counted;
  const runs = Object.entries(tasks).map(([task, { runs: count }]) => [task as DeployTask, count] as const);
  return {
    has_build: tasks.PublishImage !== undefined,
    transitions,
    lambda_requests,
    events,
    read_units: total(whole.reads),
    write_units: total(whole.writes),
    task_runs: Object.fromEntries(runs),
  };
}
