import type {
  CreateServiceRequest,
  RegisterTaskDefinitionRequest,
  RunTaskRequest,
  Tag,
} from '@aws-sdk/client-ecs';

/** What ECS demands beyond its model's shapes, as its documentation says it: each finding in words. */
export function findTaskDefinitionErrors(input: RegisterTaskDefinitionRequest): string[] {
  const containers = input.containerDefinitions ?? [];
  const names = (containers[0]?.environment ?? []).map(({ name }) => name);
  return [
    ...rule(/^[\w-]{1,255}$/.test(input.family ?? ''), 'family'),
    ...rule(input.networkMode === 'awsvpc', 'Fargate needs awsvpc'),
    ...rule(input.requiresCompatibilities?.includes('FARGATE') === true, 'requiresCompatibilities'),
    ...rule(/^\d+$/.test(input.cpu ?? '') && /^\d+$/.test(input.memory ?? ''), 'cpu and memory'),
    ...rule(Buffer.byteLength(JSON.stringify(input)) <= 64 * 1024, 'larger than 64 KiB'),
    ...rule(new Set(names).size === names.length, 'a variable twice'),
    ...containers
      .flatMap(({ portMappings = [] }) => portMappings)
      .flatMap(({ name }) => rule(/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(name ?? ''), 'port name')),
    ...findTagErrors(input.tags),
  ];
}

export function findServiceErrors(input: CreateServiceRequest, port_names: readonly string[]): string[] {
  const connectors = input.gatewayConnectors ?? [];
  return [
    ...rule(/^[\w-]{1,255}$/.test(input.serviceName ?? ''), 'serviceName'),
    ...rule(/^[!-~]{1,36}$/.test(input.clientToken ?? ''), 'clientToken'),
    ...rule(connectors.length === 1, 'a service has at most one gateway connector'),
    ...rule(
      connectors.every(({ portName }) => port_names.includes(portName ?? '')),
      'the connector names no port of the task definition',
    ),
    ...findTagErrors(input.tags),
  ];
}

export function findRunTaskErrors(input: RunTaskRequest): string[] {
  return [
    ...rule(/^[!-~]{1,64}$/.test(input.clientToken ?? ''), 'clientToken'),
    ...rule(/^[\w/-]{1,128}$/.test(input.startedBy ?? ''), 'startedBy'),
    ...rule(Buffer.byteLength(JSON.stringify(input.overrides ?? {})) <= 8192, 'overrides larger than 8 KiB'),
    ...findTagErrors(input.tags),
  ];
}

function findTagErrors(tags: readonly Tag[] = []): string[] {
  const well_formed = tags.every(
    ({ key = '', value = '' }) =>
      /^[\w +\-=.:/@]{1,128}$/.test(key) && /^[\w +\-=.:/@]{0,256}$/.test(value) && !/^aws:/i.test(key),
  );
  return [...rule(tags.length <= 50, 'more than 50 tags'), ...rule(well_formed, 'tags')];
}

function rule(is_kept: boolean, what: string): string[] {
  return is_kept ? [] : [what];
}
