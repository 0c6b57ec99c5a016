import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildJob, encodeBuildJob } from '../../../src/adapters/aws/build/job-file.ts';

const SCRIPT = fileURLToPath(new URL('../../../state-machines/build/build.sh', import.meta.url));

// Speaks HTTP for real, and knows the options that the script uses; where curl is on the machine, one test uses that.
const CURL = `
const http = require('node:http'), fs = require('node:fs');
const args = process.argv.slice(2);
const value = (name) => { const at = args.indexOf(name); return at < 0 ? undefined : args[at + 1]; };
fs.appendFileSync(process.env.CALLS, JSON.stringify(['curl', ...args]) + '\\n');
const url = /^url = "(.*)"$/m.exec(fs.readFileSync(0, 'utf8'))[1];
const upload = value('--upload-file');
const method = value('--request') ?? (upload === undefined ? 'GET' : 'PUT');
const headers = upload === undefined ? {} : { 'content-length': fs.statSync(upload).size };
const request = http.request(url, { method, headers }, (answer) => {
  if (answer.statusCode >= 300) { console.error('curl: (22) The requested URL returned error: ' + answer.statusCode); process.exit(22); }
  answer.pipe(fs.createWriteStream(value('--output')));
});
if (upload === undefined) request.end(); else fs.createReadStream(upload).pipe(request);
`;

/** An object's content by its path; undefined when it was removed. */
export type Objects = Record<string, Buffer | undefined>;

export interface BuildHarness {
  readonly root: string;
  readonly objects: Objects;
  /** What the build's machine was asked, in this order. */
  readonly requests: readonly string[];
  /** Puts a shell script in the place of a program. */
  program(name: string, script: string): void;
  /** Packs a tree as the source of the build. */
  source(files: Readonly<Record<string, string>>): Promise<void>;
  job(changes?: Partial<BuildJob>): void;
  run(environment?: Readonly<Record<string, string>>): Promise<BuildOutcome>;
  close(): Promise<void>;
}

export interface BuildOutcome {
  readonly code: number | null;
  readonly output: string;
  /** Every call of docker, curl and iptables with its arguments. */
  readonly calls: readonly (readonly string[])[];
  /** Arguments of `docker build`. */
  readonly docker_build: readonly string[];
}

/** Runs build.sh with stand-ins for docker, curl and iptables first on its PATH, against a real HTTP server. */
export async function createBuildHarness(): Promise<BuildHarness> {
  const root = mkdtempSync(join(tmpdir(), 'branchline-build-'));
  const bin = join(root, 'bin');
  const calls_file = join(root, 'calls');
  const objects: Objects = {};
  const requests: string[] = [];
  mkdirSync(bin);
  mkdirSync(join(root, 'tmp'));
  writeFileSync(join(root, 'curl.cjs'), CURL);
  writeFileSync(join(root, 'record.cjs'), RECORD);

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'PUT') objects[path] = Buffer.concat(chunks);
      if (request.method === 'DELETE') delete objects[path];
      const found = request.method === 'GET' ? objects[path] : Buffer.alloc(0);
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const harness: BuildHarness = {
    root,
    objects,
    requests,
    program(name, script) {
      const path = join(bin, name);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    },
    async source(files) {
      const tree = join(root, 'tree');
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(join(tree, name, '..'), { recursive: true });
        writeFileSync(join(tree, name), content);
      }
      const { create } = await import('tar');
      await create({ gzip: true, file: join(root, 'source.tar.gz'), cwd: tree }, ['.']);
      objects['/source'] = readFileSync(join(root, 'source.tar.gz'));
    },
    job(changes = {}) {
      const job: BuildJob = {
        source_url: `${origin}/source`,
        image_url: `${origin}/image`,
        discard_url: `${origin}/job`,
        time_limit_s: 30,
        max_image_bytes: 1000,
        dockerfile: { kind: 'generated', text: 'FROM scratch', ignore: '.git' },
        build_arguments: {},
        build_secrets: {},
        ...changes,
      };
      objects['/job'] = Buffer.from(encodeBuildJob(job));
    },
    async run(environment = {}) {
      const child = spawn('bash', [SCRIPT], {
        env: {
          PATH: `${bin}:${process.env['PATH'] ?? ''}`,
          TMPDIR: join(root, 'tmp'),
          JOB_URL: `${origin}/job`,
          HANDOVER_PROTOCOLS: '=http,https',
          CALLS: calls_file,
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString('utf8');
        });
      }
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
      const calls = readCalls(calls_file);
      const docker_build = calls.find(([name, command]) => name === 'docker' && command === 'build') ?? [];
      return { code, output, calls, docker_build };
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
  harness.program('curl', `exec '${process.execPath}' '${join(root, 'curl.cjs')}' "$@"`);
  harness.program(
    'iptables',
    `CALLS='${calls_file}' '${process.execPath}' '${root}/record.cjs' iptables "$@"`,
  );
  return harness;
}

const RECORD = `require('node:fs').appendFileSync(process.env.CALLS, JSON.stringify(process.argv.slice(2)) + '\\n');`;

/** A docker whose build runs this script, and whose save writes this image. Its environment is the script's alone. */
export function fakeDocker(harness: BuildHarness, build: string, image = 'the image'): void {
  const record = `CALLS='${harness.root}/calls' '${process.execPath}' '${harness.root}/record.cjs' docker "$@"`;
  harness.program(
    'docker',
    `${record}
if [ "$1" = build ]; then
  env | sort > '${harness.root}/docker-environment'
  for last; do :; done
  cp -R "$last" '${harness.root}/context'
  while [ "$1" != --file ]; do shift; done
  cp "$2" '${harness.root}/dockerfile'
  if [ -f "$2.dockerignore" ]; then cp "$2.dockerignore" '${harness.root}/dockerignore'; fi
  if [ -d "$last/../secrets" ]; then cp -R "$last/../secrets" '${harness.root}/secrets'; fi
  ${build}
else printf '${image}' > "$3"; fi`,
  );
}

function readCalls(path: string): string[][] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as string[]);
}
