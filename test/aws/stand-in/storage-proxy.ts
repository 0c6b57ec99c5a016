import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { DeploymentKey } from '../../../src/domain/deployments/index.ts';

const IMAGE_PATH = /\/images\/(?<tenant_id>ten_[\w-]+)\/(?<deployment_id>dpl_[\w-]+)\.tar$/;

/**
 * S3, with a build before the first question for its image: the stand-in's CodeBuild runs nothing and is done at once, so
 * the image is made when somebody wants it.
 * @param endpoint - where the other S3 is
 * @param build - makes the image of a deployment, or fails at it
 */
export async function startStorageProxy(
  endpoint: string,
  build: (key: DeploymentKey) => Promise<unknown>,
): Promise<{ readonly url: string; readonly server: Server }> {
  const target = new URL(endpoint);
  const builds = new Map<string, Promise<unknown>>();

  const ensureBuilt = (path: string): Promise<unknown> => {
    const { tenant_id, deployment_id } = IMAGE_PATH.exec(path)?.groups ?? {};
    if (tenant_id === undefined || deployment_id === undefined) return Promise.resolve();
    const under_way = builds.get(deployment_id) ?? build({ tenant_id, deployment_id });
    builds.set(deployment_id, under_way);
    return under_way;
  };

  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', target);
    const built = incoming.method === 'GET' ? ensureBuilt(pathname) : Promise.resolve();
    const forward = (): void => {
      const { method, headers, url: path } = incoming;
      const sent = request({ host: target.hostname, port: target.port, method, headers, path }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      sent.on('error', (error) => outgoing.destroy(error));
      incoming.pipe(sent);
    };
    built.then(forward, (error: Error) => {
      process.stderr.write(`A build could not be run: ${error.stack}\n`);
      outgoing.destroy(error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
