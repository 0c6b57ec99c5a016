import {
  CreateServiceCommand,
  DeleteServiceCommand,
  type Deployment,
  DescribeServicesCommand,
  type ECSClient,
  type Failure,
  InvalidParameterException,
  ListServicesCommand,
  type Service,
  ServiceNotActiveException,
  ServiceNotFoundException,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { ServiceKey } from '../../../domain/deployments/index.ts';
import { callEcs } from './client.ts';
import type { EcsComputeConfig, EcsComputeDependencies } from './config.ts';
import { belongsTo, nameOfArn, serviceName, serviceNamePrefix } from './names.ts';
import { createServiceInput, type Rollout, updateServiceInput } from './service.ts';

type Dependencies = Pick<EcsComputeDependencies, 'ecs' | 'config'>;

// DescribeServices takes ten services a call, ListServices gives a hundred.
const MAX_DESCRIBED = 10;
const MAX_LISTED = 100;

/** The service as ECS knows it. @returns undefined when there is none, or it was deleted and has drained */
export async function findService(deps: Dependencies, key: ServiceKey): Promise<Service | undefined> {
  return findServiceNamed(deps, serviceName(key));
}

/** {@link findService} by the name that it has in its cluster. */
export async function findServiceNamed(deps: Dependencies, name: string): Promise<Service | undefined> {
  const [service] = await describeServices(deps, [name]);
  return service?.status === 'INACTIVE' ? undefined : service;
}

/** All services of a project that are not deleted. */
export async function listServices(
  deps: Dependencies,
  tenant_id: string,
  project_id: string,
): Promise<Service[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await callEcs('ListServices', () =>
      deps.ecs.send(
        new ListServicesCommand({ cluster: deps.config.cluster, maxResults: MAX_LISTED, nextToken }),
      ),
    );
    names.push(...(page.serviceArns ?? []).map(nameOfArn));
    ({ nextToken } = page);
  } while (nextToken !== undefined);

  const own = names.filter((name) => name.startsWith(serviceNamePrefix(project_id)));
  const services: Service[] = [];
  for (let start = 0; start < own.length; start += MAX_DESCRIBED) {
    services.push(...(await describeServices(deps, own.slice(start, start + MAX_DESCRIBED))));
  }
  return services.filter(
    ({ status, tags = [] }) => status === 'ACTIVE' && belongsTo(tags, tenant_id, project_id),
  );
}

/** The service's deployment of a task definition, if it is still in sight. */
export function deploymentOf(service: Service, task_definition: string): Deployment | undefined {
  return service.deployments?.find((deployment) => deployment.taskDefinition === task_definition);
}

/** The task definition that a service is to run. */
export function primaryOf(service: Service): Deployment | undefined {
  return service.deployments?.find(({ status }) => status === 'PRIMARY');
}

/** Creates a service. @returns false when it exists already */
export async function createService(
  { ecs, config }: Dependencies,
  key: ServiceKey,
  deployment_id: string,
  rollout: Rollout,
): Promise<boolean> {
  const input = createServiceInput(config, key, deployment_id, rollout);
  try {
    await callEcs('CreateService', () => ecs.send(new CreateServiceCommand(input)));
    return true;
  } catch (error) {
    if (error instanceof InvalidParameterException && /not idempotent|already exists/i.test(error.message)) {
      return false;
    }
    throw error;
  }
}

/** Has a service run another task definition. */
export async function updateService(
  { ecs, config }: { readonly ecs: ECSClient; readonly config: EcsComputeConfig },
  key: ServiceKey,
  rollout: Rollout,
): Promise<void> {
  const input = updateServiceInput(config, key, rollout);
  await callEcs('UpdateService', () => ecs.send(new UpdateServiceCommand(input)));
}

/** Has a service run nothing until its next release, which asks for tasks again. Its rollout stays as it is. */
export async function emptyService({ ecs, config }: Dependencies, key: ServiceKey): Promise<void> {
  const input = { cluster: config.cluster, service: serviceName(key), desiredCount: 0 };
  await callEcs('UpdateService', () => ecs.send(new UpdateServiceCommand(input)));
}

/** Deletes a service: its tasks drain and end. Does nothing when there is none. */
export async function deleteService({ ecs, config }: Dependencies, name: string): Promise<void> {
  try {
    await callEcs('DeleteService', () =>
      ecs.send(new DeleteServiceCommand({ cluster: config.cluster, service: name, force: true })),
    );
  } catch (error) {
    if (error instanceof ServiceNotFoundException || error instanceof ServiceNotActiveException) return;
    throw error;
  }
}

async function describeServices({ ecs, config }: Dependencies, names: readonly string[]): Promise<Service[]> {
  const { services = [], failures = [] } = await callEcs('DescribeServices', () =>
    ecs.send(
      new DescribeServicesCommand({ cluster: config.cluster, services: [...names], include: ['TAGS'] }),
    ),
  );
  demandOnlyMissing('DescribeServices', failures);
  return services;
}

/** @throws Error when a call failed in part, for another reason than that something isn't there */
export function demandOnlyMissing(operation: string, failures: readonly Failure[]): void {
  const other = failures.filter(({ reason }) => reason !== 'MISSING');
  if (other.length === 0) return;
  const told = other.map(({ arn, reason, detail }) => [arn, reason, detail].filter(Boolean).join(' '));
  throw new Error(`${operation} failed in part: ${told.join('; ')}`);
}
