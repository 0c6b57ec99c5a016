import { createRepository, type RepositoryFiles, type TestRepository } from './repository.ts';

/** Fields of railway.json's `deploy`. */
export type DeployConfig = Readonly<Record<string, string | number>>;

/** A repository's railway.json. */
export function railwayJson(deploy: DeployConfig, build: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ build, deploy });
}

/** A Node server without dependencies. `answer` is the body of `(request, response) => {...}`. */
export function serverSource(answer: string, before_listen = ''): string {
  return [
    "const { createServer } = require('node:http');",
    before_listen,
    `const server = createServer((request, response) => {${answer}});`,
    "server.listen(Number(process.env.PORT), '127.0.0.1');",
    "process.on('SIGTERM', () => server.close());",
    '',
  ].join('\n');
}

/** Files of an app that answers every request with a text. */
export function textApp(text: string, deploy: DeployConfig = {}): RepositoryFiles {
  return {
    'server.js': serverSource(`response.end(${JSON.stringify(text)})`),
    'railway.json': railwayJson({ healthcheckTimeout: 30, ...deploy }),
  };
}

/** A repository of {@link textApp}. */
export function textRepository(text: string): TestRepository {
  return createRepository({ files: textApp(text) });
}
