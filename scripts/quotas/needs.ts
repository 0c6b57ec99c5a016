import { readFigures } from '../../bench/access/figures.ts';
import { total } from '../../bench/capacity/tally.ts';
import type { StageConfig } from '../../infra/config.ts';
import { BUILD_SIZE, FUNCTIONS, reservedConcurrency } from '../../infra/functions.ts';
import { APP_SIZE, CPU_UNITS_PER_CORE } from '../../src/contracts/functions/app-size.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { routeKeysOf } from '../../src/contracts/http/route.ts';
import type { Quota } from './account.ts';

/** How much is to run in the installation. */
export interface Load {
  /** Builds at once. */
  readonly builds: number;
  /** Apps, each of one task. Counted only where there is a compute stack. */
  readonly apps: number;
}

/** One ceiling of the account, and how high it must be. */
export interface Need {
  readonly name: string;
  readonly quota: Quota;
  readonly need: number;
  /** What the need is made of. */
  readonly why: string;
}

/** Lambda keeps so many instances for functions that reserve none, and refuses to let more be reserved.
 *  https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_AT_LEAST = 100;
/** What development gets by with: it reserves none, and a fresh account has as many. */
const DEVELOPMENT_INSTANCES = 10;

/** The old task and the new one. */
const TASKS_DURING_ROLLOUT = 2;

/** What a stage with these settings needs of its account, from the same figures that its stacks are made of. */
export function needsOf(config: StageConfig, load: Load): readonly Need[] {
  return [
    concurrency(config),
    builds(config, load),
    {
      name: 'API Gateway, requests a second',
      quota: { service: 'apigateway', code: 'L-8A5B8E43', quota_name: 'Throttle rate' },
      need: config.throttleRate,
      why: 'throttleRate',
    },
    {
      name: 'API Gateway, routes of an API',
      quota: { service: 'apigateway', code: 'L-65B5C802', quota_name: 'Routes per HTTP API' },
      need: Object.values(ROUTES).flatMap(routeKeysOf).length + 1,
      why: 'the catalogue’s routes, and $default',
    },
    {
      name: 'DynamoDB, read units of a table',
      quota: {
        service: 'dynamodb',
        code: 'L-CF0CBE56',
        quota_name: 'Table-level read throughput limit',
        ask: 'dynamodb',
      },
      need: config.throttleRate * readsPerRequest(),
      why: `throttleRate, ${readsPerRequest()} reads a request`,
    },
    ...(config.compute ? appNeeds(load) : []),
  ];
}

function concurrency({ stage }: StageConfig): Need {
  const reserved = [...FUNCTIONS.values()].reduce((sum, spec) => sum + reservedConcurrency(stage, spec), 0);
  return {
    name: 'Lambda, concurrent executions',
    quota: { service: 'lambda', code: 'L-B99A9384', quota_name: 'Concurrent executions', ask: 'lambda' },
    need: reserved === 0 ? DEVELOPMENT_INSTANCES : reserved + UNRESERVED_AT_LEAST,
    why: reserved === 0 ? 'none is reserved' : `${reserved} reserved, ${UNRESERVED_AT_LEAST} that stay free`,
  };
}

const BUILD_QUOTAS = {
  arm64: { code: 'L-5ED1D25B', platform: 'ARM' },
  x86_64: { code: 'L-2DC20C30', platform: 'Linux' },
} as const;

function builds({ architecture }: StageConfig, load: Load): Need {
  const { code, platform } = BUILD_QUOTAS[architecture];
  const size = BUILD_SIZE[architecture];
  const environment = `${platform}/${size.charAt(0)}${size.slice(1).toLowerCase()}`;
  const quota_name = `Concurrently running builds for ${environment} environment`;
  return {
    name: `CodeBuild, builds at once (${environment})`,
    quota: { service: 'codebuild', code, quota_name },
    need: load.builds,
    why: '--builds',
  };
}

function appNeeds({ apps }: Load): readonly Need[] {
  const cores = APP_SIZE.cpu_units / CPU_UNITS_PER_CORE;
  return [
    {
      name: 'Fargate, On-Demand vCPU',
      quota: {
        service: 'fargate',
        code: 'L-3032A538',
        quota_name: 'Fargate On-Demand vCPU resource count',
      },
      need: Math.ceil(apps * cores * TASKS_DURING_ROLLOUT),
      why: `--apps, ${cores} vCPU each, twice during a rollout`,
    },
    {
      name: 'ECS, services of a cluster',
      quota: { service: 'ecs', code: 'L-9EF96962', quota_name: 'Services per cluster' },
      need: apps,
      why: '--apps',
    },
    {
      name: 'Load balancers (ALB)',
      quota: {
        service: 'elasticloadbalancing',
        code: 'L-53DA6B97',
        quota_name: 'Application Load Balancers per Region',
      },
      need: 1,
      why: 'the gateway’s first; it makes more as apps come',
    },
  ];
}

// As docs/access-patterns.md counts them.
function readsPerRequest(): number {
  return total(readFigures().routes.getProject.reads);
}
