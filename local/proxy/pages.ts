import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** An answer of the proxy's own, for people. */
export interface Page {
  readonly status: 400 | 404 | 502;
  readonly html: string;
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

/** For a host that no app has. */
export function unknownHostPage(host: string): Page {
  return page(404, 'There is no app at this address', [
    `No app of this installation has the host name <code>${escapeHtml(host)}</code>.`,
    'Check the spelling, or take the address from <code>url</code> of a deployment that succeeded.',
  ]);
}

/** For an app that is known but does not answer. */
export function appDownPage(app_name: string): Page {
  return page(502, 'The app is not answering', [
    `<code>${escapeHtml(app_name)}</code> is down, or broke the connection before it answered.`,
    'Look at the log of its last deployment, then deploy again or roll back.',
  ]);
}

/** For an upgrade to anything but a WebSocket. */
export function unsupportedUpgradePage(): Page {
  return page(400, 'This upgrade is not supported', ['Only WebSocket connections can be upgraded.']);
}

/** Answers a request with a page. */
export function sendPage(response: ServerResponse, { status, html }: Page): void {
  response.writeHead(status, { ...HEADERS, 'content-length': Buffer.byteLength(html) });
  response.end(html);
}

/** Answers an upgrade request with a page and closes the connection. */
export function endWithPage(socket: Duplex, { status, html }: Page): void {
  const headers = { ...HEADERS, 'content-length': Buffer.byteLength(html), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // An upgraded socket is out of the server's hands: nothing else would close one whose client stays.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${html}`);
}

function page(status: Page['status'], title: string, paragraphs: readonly string[]): Page {
  const text = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n');
  return {
    status,
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<h1>${title}</h1>
${text}
</html>
`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
