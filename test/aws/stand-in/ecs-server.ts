import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createFakeEcs } from '../../support/fake-ecs.ts';
import { FakeCluster } from '../../support/fake-ecs-cluster.ts';
import type { AppHost } from './app-host.ts';

/** The strict fake of ECS behind an address, with apps that run: for AWS_ENDPOINT_URL_ECS. */
export async function startEcs(apps: AppHost): Promise<{
  readonly url: string;
  readonly server: Server;
  /** Where the app listens that a host name leads to. */
  portOf(host: string): number | undefined;
}> {
  const cluster = new FakeCluster(systemClock, (definition) => apps.behaviourOf(definition));
  const ecs = createFakeEcs(systemClock, cluster);
  const server = createServer((incoming, outgoing) => {
    readBody(incoming).then(
      (body) => {
        cluster.tick();
        const answer = ecs.handle(String(incoming.headers['x-amz-target']), body);
        apps.keepOnly(wanted(cluster));
        outgoing.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(answer.body);
      },
      (error: Error) => outgoing.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    portOf(host) {
      const service = [...cluster.services.values()].find((one) => new URL(cluster.urlOf(one)).host === host);
      if (service?.status !== 'ACTIVE') return undefined;
      const rolled_out = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
      return apps.portOf(rolled_out?.taskDefinition ?? '');
    },
  };
}

function wanted(cluster: FakeCluster): ReadonlySet<string> {
  const active = [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE');
  return new Set(
    active.flatMap(({ deployments }) => deployments.flatMap(({ taskDefinition }) => taskDefinition ?? [])),
  );
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
