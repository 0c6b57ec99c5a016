import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';
import { rewriteRequestHeaders } from './headers.ts';
import { endWithPage, type Page, unsupportedUpgradePage } from './pages.ts';
import type { AppTarget } from './types.ts';

/** For the app's agreement only. Until then nobody reads the client's socket, so its leaving can't be noticed. */
const HANDSHAKE_TIMEOUT_MS = 60_000;

interface UpgradeEnds {
  /** Called when the app can't be reached; the page is what the client gets. */
  readonly onFailure: (error: unknown) => Page;
  /** Called once, when both connections are gone. */
  readonly onEnd: () => void;
}

/** Passes one upgrade request on to an app. Returns what breaks it off. */
type ForwardUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: AppTarget,
  ends: UpgradeEnds,
) => () => void;

interface Tunnel {
  readonly ends: UpgradeEnds;
  /** The connection to the app, once it has agreed. */
  app: Socket | null;
}

/** @returns a function that joins client and app for as long as both stay; only WebSockets are let through */
export function createUpgradeForwarder(): ForwardUpgrade {
  const proxy = createProxyServer({ agent: false, xfwd: false, upgradeTimeout: HANDSHAKE_TIMEOUT_MS });
  const tunnels = new WeakMap<IncomingMessage, Tunnel>();

  proxy.on('proxyReqWs', (app_request, request, socket) => {
    // Until the app agrees, nothing else tells it that this connection was broken off.
    socket.once('close', () => app_request.destroy());
    app_request.once('upgrade', (_answer: IncomingMessage, app: Socket) => {
      const tunnel = tunnels.get(request);
      if (tunnel !== undefined) tunnel.app = app;
      joinEnds(socket, app);
    });
  });

  // Called while the client's connection is still open; httpxy ends it afterwards.
  proxy.on('error', (error, request, socket) => {
    const tunnel = request === undefined ? undefined : tunnels.get(request);
    if (tunnel === undefined || tunnel.app !== null || !(socket instanceof Socket) || !socket.writable)
      return;
    endWithPage(socket, tunnel.ends.onFailure(error));
  });

  return (request, socket, head, { host, port }, ends) => {
    const tunnel: Tunnel = { ends, app: null };
    tunnels.set(request, tunnel);
    socket.once('close', ends.onEnd);
    if (!(socket instanceof Socket) || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      endWithPage(socket, unsupportedUpgradePage());
      return () => socket.destroy();
    }
    rewriteRequestHeaders(request, 'upgrade');
    const target = { host, port, protocol: 'http:' };
    proxy.ws(request, socket, { target }, head).catch((error: unknown) => {
      if (socket.writable) endWithPage(socket, ends.onFailure(error));
    });
    return () => {
      socket.destroy();
      tunnel.app?.destroy();
    };
  };
}

/** A pipe ends the other side on a clean end only: a connection that breaks has to take the other with it. */
function joinEnds(client: Socket, app: Socket): void {
  client.once('close', () => app.destroySoon());
  app.once('close', () => client.destroySoon());
}
