import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Fields that belong to one connection (RFC 9110, 7.6.1), and those that Connection may never take away. */
const HOP_BY_HOP = [
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'trailer',
  'http2-settings',
] as const;
const KEPT: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'connection',
]);

/**
 * Prepares a request's headers for the app: the Host stays as the client sent it, who the client is comes from the
 * connection and never from the client, and what concerned only the client's connection is gone.
 */
export function rewriteRequestHeaders(request: IncomingMessage, kind: 'request' | 'upgrade'): void {
  const { headers } = request;
  const wants_close =
    request.httpVersion === '1.0' || /(^|,)\s*close\s*(,|$)/i.test(headers.connection ?? '');
  removeHopByHop(headers);
  for (const name of Object.keys(headers)) if (saysWhoTheClientIs(name)) delete headers[name];
  // Our own server has answered "100 Continue" already.
  delete headers.expect;
  if (kind === 'request') delete headers.upgrade;
  // httpxy sends the app "close" in any case, and gives this value back to the client in the answer.
  headers.connection = kind === 'upgrade' ? 'Upgrade' : wants_close ? 'close' : 'keep-alive';
  Object.assign(headers, forwardedHeaders(request));
}

/** Takes out of an app's answer what concerned only the connection to the app, so that the client's stays open. */
export function rewriteResponseHeaders(answer: IncomingMessage): void {
  removeHopByHop(answer.headers);
  delete answer.headers.connection;
  delete answer.headers.upgrade;
}

function removeHopByHop(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? '').split(',').map((token) => token.trim().toLowerCase());
  for (const name of [...named, ...HOP_BY_HOP]) if (!KEPT.has(name)) delete headers[name];
}

function saysWhoTheClientIs(name: string): boolean {
  // CGI-like frameworks read X_Forwarded_For as if it were X-Forwarded-For.
  const normal = name.replaceAll('_', '-');
  return normal === 'forwarded' || normal === 'x-real-ip' || normal.startsWith('x-forwarded-');
}

function forwardedHeaders({ headers, socket }: IncomingMessage): Record<string, string> {
  const host = headers.host ?? '';
  const encrypted = 'encrypted' in socket && socket.encrypted === true;
  const port = /:(\d+)$/.exec(host)?.[1] ?? (encrypted ? '443' : '80');
  return {
    'x-forwarded-for': (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
    'x-forwarded-proto': encrypted ? 'https' : 'http',
    'x-forwarded-host': host,
    'x-forwarded-port': port,
  };
}
