import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end('Hello from Node.js\n');
});

server.listen(port, () => console.log(`hello-node listens on port ${port}`));

process.once('SIGTERM', () => {
  console.log('hello-node stops');
  server.close();
  server.closeIdleConnections();
});
