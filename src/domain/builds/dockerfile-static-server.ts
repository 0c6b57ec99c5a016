/**
 * The program that serves a static site in its image: Node alone, without packages. It answers as the laptop's does: GET
 * and HEAD, `/` and `/about` as index.html and about.html, an ETag for each file, no dot files but .well-known, and, for
 * a single-page application, index.html for paths that don't exist.
 * Arguments: the folder, and `single-page`. Reads PORT.
 */
export const STATIC_SERVER_SOURCE = `
import { createReadStream, realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';

const [folder, mode] = process.argv.slice(2);
const root = realpathSync(folder);
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8', '.json': 'application/json', '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8', '.xml': 'text/xml; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp', '.avif': 'image/avif',
  '.ico': 'image/x-icon', '.woff': 'font/woff', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.pdf': 'application/pdf',
  '.wasm': 'application/wasm', '.webmanifest': 'application/manifest+json', '.mp4': 'video/mp4', '.mp3': 'audio/mpeg',
};

async function fileAt(path) {
  try {
    const real = realpathSync(join(root, path));
    const info = await stat(real);
    return info.isFile() && (real + sep).startsWith(root + sep) ? { real, info } : null;
  } catch {
    return null;
  }
}

async function find(url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return null;
  }
  const hidden = path.split('/').some((part) => part.startsWith('.') && part !== '.well-known');
  if (hidden || path.includes('\\0')) return null;
  const bare = path.replace(/\\/+$/, '');
  const names = [path.endsWith('/') ? null : path, bare + '/index.html', bare === '' ? null : bare + '.html'];
  if (mode === 'single-page') names.push('/index.html');
  for (const name of names) {
    const file = name === null ? null : await fileAt(name);
    if (file !== null) return file;
  }
  return null;
}

const server = createServer(async (request, response) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const file = await find(request.url);
  if (file === null) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\\n');
    return;
  }
  const { real, info } = file;
  const etag = 'W/"' + info.size + '-' + Math.trunc(info.mtimeMs) + '"';
  const headers = { etag, 'cache-control': 'no-cache' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  headers['content-length'] = info.size;
  headers['content-type'] = TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, headers);
  if (request.method === 'HEAD') response.end();
  else createReadStream(real).on('error', () => response.destroy()).pipe(response);
});

server.listen(Number(process.env.PORT), () => console.log('Serving on port ' + process.env.PORT));
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
`.trimStart();
