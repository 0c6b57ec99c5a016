import type { IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';
import { rewriteRequestHeaders, rewriteResponseHeaders } from './headers.ts';
import { type Page, sendPage } from './pages.ts';
import type { AppTarget } from './types.ts';

/** Passes one request on to an app. */
type ForwardRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  target: AppTarget,
  onFailure: (error: unknown) => Page,
) => void;

/**
 * @returns a function that streams request and answer, on a connection of its own: none is left to be reused after
 *   a switch. `onFailure` is called when the app gives no whole answer; its page is sent if nothing was yet.
 */
export function createRequestForwarder(): ForwardRequest {
  // No time limit to the app: a long poll or an event stream may be silent for as long as it likes.
  const proxy = createProxyServer({ agent: false, xfwd: false, proxyTimeout: 0 });
  const failures = new WeakMap<IncomingMessage, (error: unknown) => void>();

  // Without this the app would learn of a request with the first bytes of its body, which may wait for an answer.
  proxy.on('proxyReq', (app_request, request) => {
    if (hasBody(request)) app_request.flushHeaders();
  });

  proxy.on('proxyRes', (answer, request) => {
    const fail = failures.get(request);
    if (fail === undefined) return;
    answer.once('error', fail);
    rewriteResponseHeaders(answer);
    if (hasSendableStatus(answer)) return;
    // The page that this sends makes httpxy leave the app's answer alone.
    fail(new Error('The app answered with a malformed status line'));
    answer.destroy();
  });

  return (request, response, { host, port }, onFailure) => {
    const fail = (error: unknown): void => {
      // The client went away, or the app closed its side after a whole answer.
      if (response.destroyed || response.writableEnded) return;
      const page = onFailure(error);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      sendPage(response, page);
      // A body that nobody reads would keep the client's connection from its next request.
      request.unpipe();
      request.resume();
    };
    failures.set(request, fail);
    rewriteRequestHeaders(request, 'request');
    proxy.web(request, response, { target: { host, port, protocol: 'http:' } }).catch(fail);
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Node's parser lets through what its server refuses to send, by an exception that nobody could catch. */
function hasSendableStatus(answer: IncomingMessage): boolean {
  const status = answer.statusCode ?? 0;
  return status >= 200 && status <= 999 && /^[\t\x20-\x7e\x80-\xff]*$/.test(answer.statusMessage ?? '');
}
