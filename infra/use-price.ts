import type { DeployTask } from '../state-machines/catalog.ts';
import { TASK_FUNCTIONS } from './functions.ts';
import { PER_USE } from './prices.ts';

/** One line of what a use costs: how much of what, and the price of each. */
export interface UseLine {
  readonly what: string;
  readonly quantity: number;
  readonly unit: keyof typeof PER_USE;
}

/** What was counted of one deployment, from its request to the last consumer of its last event. */
export interface CountedDeployment {
  readonly has_build: boolean;
  /** State transitions, retries among them. */
  readonly transitions: number;
  readonly lambda_requests: number;
  readonly read_units: number;
  readonly write_units: number;
  /** Events that go over the bus. */
  readonly events: number;
  /** Runs of each task. */
  readonly task_runs: { readonly [T in DeployTask]?: number };
}

const MB_PER_GB = 1024;

/** A thousand signed-in reads of a project. All but the reads is assumed, as docs/costs.md says.
 *  @param reads_each - read units of one such request, as counted */
export function thousandRequests(reads_each: number): readonly UseLine[] {
  return [
    { what: 'HTTP API requests', quantity: 1000, unit: 'httpApiRequest' },
    { what: 'Lambda requests', quantity: 1000, unit: 'lambdaRequest' },
    { what: 'Lambda, 0.5 GB for 30 ms each', quantity: 15, unit: 'lambdaArmGbSecond' },
    { what: `DynamoDB reads, ${reads_each} each`, quantity: 1000 * reads_each, unit: 'dynamoReadUnit' },
    { what: 'Log lines, 2 kB each', quantity: 0.002, unit: 'logGb' },
  ];
}

/** One deployment of a small app: what was counted, and beside it what only AWS could tell and is assumed (the minutes of
 *  build, the seconds of each task, the log). */
export function oneDeployment(counted: CountedDeployment): readonly UseLine[] {
  const built: readonly UseLine[] = [
    { what: 'Build, minutes', quantity: BUILD_MINUTES, unit: 'buildArmSmallMinute' },
    // The source, the job's description and the image archive.
    { what: 'S3 writes', quantity: 3, unit: 's3Put' },
    { what: 'S3 reads', quantity: 4, unit: 's3Get' },
  ];
  return [
    ...(counted.has_build ? built : []),
    { what: 'State transitions', quantity: counted.transitions, unit: 'stateTransition' },
    { what: 'Lambda requests', quantity: counted.lambda_requests, unit: 'lambdaRequest' },
    { what: 'Lambda, GB-seconds', quantity: gbSeconds(counted), unit: 'lambdaArmGbSecond' },
    { what: 'DynamoDB writes', quantity: counted.write_units, unit: 'dynamoWriteUnit' },
    { what: 'DynamoDB reads', quantity: counted.read_units, unit: 'dynamoReadUnit' },
    { what: 'Events', quantity: counted.events, unit: 'customEvent' },
    { what: 'Log, GB', quantity: 0.001, unit: 'logGb' },
  ];
}

const BUILD_MINUTES = 3;

/** Seconds that one run of a task takes, assumed: fetching a repository, moving an image of 100 MB, waiting for news of a
 *  rollout; the others make a few calls. */
const TASK_SECONDS: Readonly<Record<DeployTask, number>> = {
  Prepare: 10,
  PublishImage: 20,
  PreDeploy: 30,
  Release: 2,
  AwaitRollout: 20,
  SwitchRoute: 2,
  RecordSuccess: 1,
  RecordFailure: 1,
};
// The request, the publisher and the consumers: a quarter of a GB for a fifth of a second, at most.
const OTHER_RUN_GB_SECONDS = 0.05;

function gbSeconds({ task_runs, lambda_requests, has_build }: CountedDeployment): number {
  const runs = Object.entries(task_runs) as [DeployTask, number][];
  // What is not built is not fetched either.
  const secondsOf = (task: DeployTask) => (task === 'Prepare' && !has_build ? 1 : TASK_SECONDS[task]);
  const tasks = runs.reduce(
    (sum, [task, count]) => sum + count * secondsOf(task) * (TASK_FUNCTIONS[task].memoryMb / MB_PER_GB),
    0,
  );
  const others = lambda_requests - runs.reduce((sum, [, count]) => sum + count, 0);
  return Number((tasks + others * OTHER_RUN_GB_SECONDS).toFixed(2));
}

/** The price of all lines in US dollars. */
export function priceOf(lines: readonly UseLine[]): number {
  return lines.reduce((sum, { quantity, unit }) => sum + quantity * PER_USE[unit], 0);
}

/** The sum as rows of a Markdown table, the total last. */
export function toTable(lines: readonly UseLine[]): string[] {
  const rows = lines.map((line) => `| ${line.what} | ${line.quantity} | $${dollars(priceOf([line]))} |`);
  return [...rows, `| **together** | | **$${dollars(priceOf(lines))}** |`];
}

function dollars(amount: number): string {
  return amount.toFixed(6);
}
