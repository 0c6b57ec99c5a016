import { DescribeGatewayRouteCommand, ListGatewayRoutesCommand } from '@aws-sdk/client-ecs';
import type { ServiceKey } from '../../../domain/deployments/index.ts';
import { callEcs } from './client.ts';
import type { EcsComputeDependencies } from './config.ts';
import { PORT_NAME, serviceName } from './names.ts';

/** The address that the gateway gave a service: an https URL of its own. @returns undefined while there is none */
export async function findServiceUrl(
  { ecs, config }: Pick<EcsComputeDependencies, 'ecs' | 'config'>,
  service: ServiceKey,
): Promise<string | undefined> {
  const { gatewayRoutes = [] } = await callEcs('ListGatewayRoutes', () =>
    ecs.send(
      new ListGatewayRoutesCommand({
        cluster: config.cluster,
        service: serviceName(service),
        serviceContainerPortName: PORT_NAME,
      }),
    ),
  );
  const arn = gatewayRoutes[0]?.gatewayRouteArn;
  if (arn === undefined) return undefined;
  const { gatewayRoute } = await callEcs('DescribeGatewayRoute', () =>
    ecs.send(new DescribeGatewayRouteCommand({ gatewayRouteArn: arn })),
  );
  return gatewayRoute?.serviceUrl;
}
