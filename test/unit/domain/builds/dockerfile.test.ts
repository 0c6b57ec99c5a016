import { expect, test } from 'vitest';
import { toDockerfile, toDockerignore } from '../../../../src/domain/builds/index.ts';
import { type FileContent, planOf, snapshot } from './snapshot.ts';

const NODE = { 'package.json': { scripts: { start: 'node server.js' }, dependencies: { a: '1' } } };
const HEALTH = 'HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD';
const CONNECTS = '["/usr/local/bin/busybox","nc","-z","127.0.0.1","8080"]';
const PROBE = 'COPY --from=docker.io/library/busybox:1.37-musl ["/bin/busybox","/usr/local/bin/busybox"]';
const APP = 'COPY --from=build --chown=65532:65532 ["/app","/app"]';
const APT =
  'RUN ["/bin/sh","-c","apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata && rm -rf /var/lib/apt/lists/*"]';

/** The lines of the Dockerfile for a tree, made with knowledge of the tree. */
function linesOf(tree: Readonly<Record<string, FileContent>>): string[] {
  return toDockerfile(planOf(tree), { snapshot: snapshot(tree) })
    .trimEnd()
    .split('\n');
}

test('Node.js', () => {
  const tree = {
    'package.json': { scripts: { start: 'node server.js', build: 'tsc' }, dependencies: { a: '1' } },
    'package-lock.json': '',
    'railway.json': { deploy: { healthcheckPath: '/healthz?deep=1' } },
    'server.ts': '',
  };
  expect(linesOf(tree)).toEqual([
    'FROM docker.io/library/node:24-bookworm AS build',
    'WORKDIR /app',
    'ENV NODE_ENV="production"',
    'ENV PATH="/app/node_modules/.bin:$PATH"',
    'COPY ["package.json","package-lock.json","./"]',
    'RUN ["npm","ci","--include=dev","--no-audit","--no-fund"]',
    'COPY [".","./"]',
    'RUN ["npm","run","build"]',
    '',
    'FROM docker.io/library/node:24-bookworm-slim',
    'WORKDIR /app',
    'ENV NODE_ENV="production"',
    'ENV PATH="/app/node_modules/.bin:$PATH"',
    'ENV PORT="8080"',
    'ENV HOME="/tmp"',
    PROBE,
    APP,
    'USER 65532:65532',
    'EXPOSE 8080',
    `${HEALTH} ["/usr/local/bin/busybox","wget","-q","-O","/dev/null","http://127.0.0.1:8080/healthz?deep=1"]`,
    'ENTRYPOINT ["/bin/sh","-c","exec node server.js"]',
  ]);
});

test('Python', () => {
  const tree = { 'requirements.txt': 'flask\n', 'requirements/dev.txt': '', 'main.py': 'print(1)' };
  const venv = `RUN ["/bin/sh","-c","tree=\\"$PWD\\" && cd / && exec python3 -m venv \\"$tree/.venv\\""]`;
  expect(linesOf(tree)).toEqual([
    'FROM docker.io/library/python:3.12-bookworm AS build',
    'WORKDIR /app',
    'ENV PYTHONUNBUFFERED="1"',
    'ENV PATH="/app/.venv/bin:$PATH"',
    'COPY ["requirements.txt","./"]',
    'COPY ["requirements/dev.txt","./requirements/"]',
    venv,
    'RUN [".venv/bin/python3","-m","pip","install","--disable-pip-version-check","--no-input","-r","requirements.txt"]',
    'COPY [".","./"]',
    '',
    'FROM docker.io/library/python:3.12-slim-bookworm',
    'WORKDIR /app',
    'ENV PYTHONUNBUFFERED="1"',
    'ENV PATH="/app/.venv/bin:$PATH"',
    'ENV PORT="8080"',
    'ENV HOME="/tmp"',
    PROBE,
    APP,
    'USER 65532:65532',
    'EXPOSE 8080',
    `${HEALTH} ${CONNECTS}`,
    'ENTRYPOINT ["python3","main.py"]',
  ]);
});

test('Go: a static binary in an empty image', () => {
  const tree = { 'go.mod': 'module example.com/x\n\ngo 1.26\n', 'go.sum': '', 'main.go': 'package main\n' };
  expect(linesOf(tree)).toEqual([
    'FROM docker.io/library/golang:1.26-bookworm AS build',
    'WORKDIR /app',
    'ENV CGO_ENABLED="0"',
    'ENV GOTOOLCHAIN="local"',
    'ENV PATH="/app/.branchline:/app/bin:$PATH"',
    'COPY ["go.mod","go.sum","./"]',
    'RUN ["go","mod","download"]',
    'RUN ["go","mod","verify"]',
    'COPY [".","./"]',
    'RUN ["go","build","-trimpath","-buildvcs=false","-ldflags=-s -w","-o",".branchline/app","."]',
    '',
    'FROM scratch',
    'WORKDIR /app',
    'COPY --from=build ["/etc/ssl/certs/ca-certificates.crt","/etc/ssl/certs/"]',
    'COPY --from=build ["/usr/local/go/lib/time/zoneinfo.zip","/usr/local/share/"]',
    'ENV ZONEINFO="/usr/local/share/zoneinfo.zip"',
    'WORKDIR /tmp',
    'WORKDIR /app',
    'ENV GOTOOLCHAIN="local"',
    'ENV PATH="/app/.branchline:/app/bin:$PATH"',
    'ENV PORT="8080"',
    'ENV HOME="/tmp"',
    PROBE,
    APP,
    'USER 65532:65532',
    'EXPOSE 8080',
    `${HEALTH} ${CONNECTS}`,
    'ENTRYPOINT ["./.branchline/app"]',
  ]);
});

test.each([
  ['a start command', 'web: ./.branchline/app --verbose\n'],
  ['a pre-deploy command', 'release: ./.branchline/app migrate\n'],
])('Go with %s gets a shell', (_what, Procfile) => {
  const lines = linesOf({ 'go.mod': 'module x\n', 'main.go': 'package main\n', Procfile });
  const at = lines.indexOf('FROM docker.io/library/debian:bookworm-slim');
  expect(lines.slice(at, at + 3)).toEqual([
    'FROM docker.io/library/debian:bookworm-slim',
    'WORKDIR /app',
    APT,
  ]);
});

test('a static site', () => {
  const lines = linesOf({
    'index.html': '',
    Staticfile: "root: pu blic's\npushstate: enabled\n",
    "pu blic's/a": '',
  });
  const [server = ''] = lines.filter(
    (line) => line.includes('/server/serve.mjs","sh"') || line.includes('printf'),
  );
  expect(server).toContain(
    'RUN ["/bin/sh","-c","mkdir -p /server && printf %s \\"$1\\" > /server/serve.mjs","sh","import ',
  );
  expect(lines.filter((line) => line !== server)).toEqual([
    'FROM docker.io/library/debian:bookworm AS build',
    'WORKDIR /app',
    'COPY [".","./"]',
    `RUN ["/bin/sh","-c","mkdir -p /srv && cp -R -- \\"$1/.\\" /srv/","sh","./pu blic's"]`,
    '',
    'FROM docker.io/library/node:24-bookworm-slim',
    'WORKDIR /srv',
    'ENV PORT="8080"',
    'ENV HOME="/tmp"',
    PROBE,
    'COPY --from=build ["/server/serve.mjs","/server/serve.mjs"]',
    'COPY --from=build --chown=65532:65532 ["/srv","/srv"]',
    'USER 65532:65532',
    'EXPOSE 8080',
    `${HEALTH} ${CONNECTS}`,
    'ENTRYPOINT ["node","/server/serve.mjs","/srv","single-page"]',
  ]);
});

test('a front-end is built by Node.js and served without its tree', () => {
  const lines = linesOf({
    'package.json': { devDependencies: { astro: '5' }, scripts: { build: 'astro build' } },
  });
  expect(lines[0]).toBe('FROM docker.io/library/node:24-bookworm AS build');
  expect(lines).toContain('RUN ["/bin/sh","-c","mkdir -p /srv && cp -R -- \\"$1/.\\" /srv/","sh","./dist"]');
  expect(lines).not.toContain(APP);
  expect(lines.at(-1)).toBe('ENTRYPOINT ["node","/server/serve.mjs","/srv"]');
});

test('a shell script', () => {
  expect(linesOf({ 'start.sh*': '#!/bin/bash\necho' })).toEqual([
    'FROM docker.io/library/debian:bookworm AS build',
    'WORKDIR /app',
    'COPY [".","./"]',
    '',
    'FROM docker.io/library/debian:bookworm-slim',
    'WORKDIR /app',
    APT,
    'ENV PORT="8080"',
    'ENV HOME="/tmp"',
    PROBE,
    APP,
    'USER 65532:65532',
    'EXPOSE 8080',
    `${HEALTH} ${CONNECTS}`,
    'ENTRYPOINT ["./start.sh"]',
  ]);
});

test.each<[string, FileContent, string]>([
  ['.nvmrc', '20', 'node:20-bookworm'],
  ['.nvmrc', 'lts/jod', 'node:22-bookworm'],
  ['.nvmrc', '12', 'node:24-bookworm'],
])('the version that %s asks for (%s) is %s', (path, content, image) => {
  expect(linesOf({ ...NODE, [path]: content })[0]).toBe(`FROM docker.io/library/${image} AS build`);
});

test.each<[string, string]>([
  ['3.13', 'python:3.13'],
  ['3.9.1', 'python:3.9'],
  ['2.7', 'python:3.12'],
])('Python %s is %s', (version, image) => {
  const lines = linesOf({ 'main.py': '', '.python-version': version });
  expect(lines[0]).toBe(`FROM docker.io/library/${image}-bookworm AS build`);
});

test.each<[string, Readonly<Record<string, FileContent>>]>([
  [
    'a lifecycle script',
    { 'package.json': { ...NODE['package.json'], scripts: { postinstall: 'x', start: 'node a' } } },
  ],
  ['workspaces', { 'package.json': { ...NODE['package.json'], workspaces: ['a'] } }],
  [
    'a dependency in the tree',
    { 'package.json': { ...NODE['package.json'], dependencies: { a: 'file:./a' } } },
  ],
  ['Yarn in the tree', { ...NODE, 'yarn.lock': '', '.yarn/releases/yarn.cjs': '' }],
  [
    'a project that pip installs',
    { 'pyproject.toml': { project: { name: 'x' }, 'build-system': {} }, 'main.py': '' },
  ],
  ['an editable requirement', { 'requirements.txt': '-e ./lib\n', 'main.py': '' }],
  ['a requirement in the tree', { 'requirements.txt': './lib\n', 'main.py': '' }],
  [
    'a replaced Go module',
    { 'go.mod': 'module x\nreplace a => ./a\n', 'go.sum': '', 'main.go': 'package main' },
  ],
])('%s: the sources are copied before the install', (_what, tree) => {
  const lines = linesOf(tree);
  expect(lines.filter((line) => line.startsWith('COPY ['))).toEqual(['COPY [".","./"]']);
  expect(lines.indexOf('COPY [".","./"]')).toBeLessThan(lines.findIndex((line) => line.startsWith('RUN')));
});

test('without knowledge of the tree the sources come first', () => {
  const lines = toDockerfile(planOf({ ...NODE, 'package-lock.json': '' })).split('\n');
  expect(lines.slice(4, 6)).toEqual(['COPY [".","./"]', expect.stringContaining('RUN ["npm","ci"')]);
});

test('variables of the build are secrets, in no layer', () => {
  const plan = planOf(NODE);
  const dockerfile = toDockerfile(plan, { build_variables: ['A', 'B_1'] });
  const mounts = '--mount=type=secret,id=A,env=A --mount=type=secret,id=B_1,env=B_1';
  expect(dockerfile).toContain(`RUN ${mounts} ["npm","install"`);
  expect(() => toDockerfile(plan, { build_variables: ['A B'] })).toThrow('Not a variable');
});

test('base images come from a mirror', () => {
  const dockerfile = toDockerfile(planOf(NODE), { registry: 'public.ecr.aws/docker/library' });
  expect(dockerfile).not.toContain('docker.io');
  expect(dockerfile.match(/public\.ecr\.aws\/docker\/library\//g)).toHaveLength(3);
});

test('what the build makes itself is not copied in', () => {
  expect(toDockerignore(planOf(NODE))).toBe('.git\n.branchline\n**/__pycache__\n**/node_modules\n.venv\n');
  // Nothing is installed: what was committed is all there is.
  expect(toDockerignore(planOf({ 'server.js': '' }))).toBe('.git\n.branchline\n**/__pycache__\n');
});
