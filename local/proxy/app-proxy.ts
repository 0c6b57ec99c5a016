import { createInFlight } from './in-flight.ts';
import { appDownPage, endWithPage, type Page, sendPage, unknownHostPage } from './pages.ts';
import type { AppProxy, AppProxyOptions, AppTarget } from './types.ts';
import { createUpgradeForwarder } from './upgrade.ts';
import { createRequestForwarder } from './web.ts';

interface Route {
  readonly target: AppTarget | null;
  readonly app_name: string;
}

/** A proxy without routes. It listens to nothing itself: the gateway's server gives it requests and upgrades. */
export function createAppProxy(options: AppProxyOptions = {}): AppProxy {
  const routes = new Map<string, Route>();
  const in_flight = createInFlight();
  const forwardRequest = createRequestForwarder();
  const forwardUpgrade = createUpgradeForwarder();

  const failureOf =
    (host_label: string, { instance_id }: AppTarget, app_name: string) =>
    (error: unknown): Page => {
      options.onFailure?.({ host_label, instance_id, error });
      return appDownPage(app_name);
    };

  return {
    route: (host_label, target, app_name) => void routes.set(host_label, { target, app_name }),
    unroute: (host_label) => void routes.delete(host_label),
    drained: (instance_id, timeout_ms) => in_flight.drained(instance_id, timeout_ms),

    handleRequest(request, response, host_label) {
      const route = routes.get(host_label);
      if (route === undefined) return sendPage(response, unknownHostPage(hostOf(host_label)));
      const { target, app_name } = route;
      if (target === null) return sendPage(response, appDownPage(app_name));
      response.once(
        'close',
        in_flight.begin(target.instance_id, () => void response.destroy()),
      );
      forwardRequest(request, response, target, failureOf(host_label, target, app_name));
    },

    handleUpgrade(request, socket, head, host_label) {
      // A client that resets its connection must not end the platform; 'close' follows and is what counts.
      socket.on('error', () => {});
      const route = routes.get(host_label);
      if (route === undefined) return endWithPage(socket, unknownHostPage(hostOf(host_label)));
      const { target, app_name } = route;
      if (target === null) return endWithPage(socket, appDownPage(app_name));
      let close = (): void => void socket.destroy();
      const onEnd = in_flight.begin(target.instance_id, () => close());
      const onFailure = failureOf(host_label, target, app_name);
      close = forwardUpgrade(request, socket, head, target, { onFailure, onEnd });
    },
  };
}

function hostOf(host_label: string): string {
  return `${host_label}.localhost`;
}
