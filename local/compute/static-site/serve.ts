import { realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve, sep } from 'node:path';
import process from 'node:process';
import sirv from 'sirv';

/**
 * Serves a folder: the process of a static site, run inside the same sandbox as any other app.
 * Arguments: the folder, and `single-page` where unknown paths answer with index.html. Reads PORT.
 */
const [folder = '.', mode = ''] = process.argv.slice(2);
const root = realpathSync(resolve(folder));

const serve = sirv(root, {
  etag: true,
  dotfiles: false,
  single: mode === 'single-page',
  // Only names that a browser can tell are new may be kept for good; everything else is asked for again.
  setHeaders: (response) => response.setHeader('cache-control', 'no-cache'),
});

const server = createServer((request, response) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  serve(request, response, () => {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  process.stdout.write(`Serving ${join(folder, sep)} on port ${process.env['PORT']}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
