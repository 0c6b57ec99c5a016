import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { bundle } from '../infra/assets/bundled-assets.ts';
import { FUNCTIONS } from '../infra/functions.ts';
import { ENVIRONMENT_NAMES } from '../src/contracts/functions/environment.ts';
import { type Figure, figure, median } from './figure.ts';

interface Import {
  /** Of the main thread alone: what else the machine does meanwhile counts for nothing. */
  readonly cpu_ms: number;
  readonly duration_ms: number;
  /** What the import left open. */
  readonly open: readonly string[];
}

interface Round {
  readonly ours: Import;
  readonly reference: Import;
}

const ROUNDS = 7;
const BYTES_PER_KB = 1000;
const AT_MOST = 1.4;
const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
const CONNECTION = /TCP|TLS|UDP|GetAddrInfo|HTTP/;
const run = promisify(execFile);

/** What a fresh process does. */
const IMPORT = `
  const cpu = process.threadCpuUsage();
  const started = performance.now();
  await import(process.argv[1]);
  const duration_ms = performance.now() - started;
  const { user, system } = process.threadCpuUsage(cpu);
  console.log(JSON.stringify({ cpu_ms: (user + system) / 1000, duration_ms, open: process.getActiveResourcesInfo() }));
  process.exit();
`;

/** (e) The cold import of each function's bundle, against a bundle of the bare DynamoDB client alone. In turn, each time in
 *  a fresh process, so that a slow moment of the machine meets both. */
export async function benchImports(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-imports-'));
  try {
    const reference = bundleReference(folder);
    const bundles = [...FUNCTIONS].map(([name, { entry }]) => ({ name, file: bundle(entry).file }));
    const rounds = new Map(bundles.map(({ name }) => [name, [] as Round[]]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, file } of bundles) {
        const pair = { reference: await measureImport(reference), ours: await measureImport(file) };
        rounds.get(name)?.push(pair);
      }
    }
    return bundles.map(({ name, file }) => toFigure(name, file, rounds.get(name) ?? []));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toFigure(name: string, file: string, rounds: readonly Round[]): Figure {
  return figure(
    `cold import of ${name}, of the DynamoDB client’s`,
    'ratio',
    median(rounds.map(({ ours, reference }) => ours.cpu_ms / reference.cpu_ms)),
    { at_most: AT_MOST },
    {
      cpu_ms: median(rounds.map(({ ours }) => ours.cpu_ms)),
      reference_cpu_ms: median(rounds.map(({ reference }) => reference.cpu_ms)),
      whole_ms: median(rounds.map(({ ours }) => ours.duration_ms)),
      bundle_kb: statSync(file).size / BYTES_PER_KB,
    },
  );
}

/** The client as esbuild bundles it for Node when it is told nothing more than to minify. */
function bundleReference(folder: string): string {
  const outfile = join(folder, 'index.mjs');
  buildSync({
    stdin: {
      contents: "export { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';",
      resolveDir: CHECKOUT,
    },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

/** @throws Error when the import opened a connection: a function's start must not wait for anybody */
async function measureImport(file: string): Promise<Import> {
  const program = ['--input-type=module', '--eval', IMPORT, pathToFileURL(file).href];
  const { stdout } = await run(process.execPath, program, { env: functionEnvironment() });
  const measured = JSON.parse(stdout) as Import;
  const connections = measured.open.filter((resource) => CONNECTION.test(resource));
  if (connections.length > 0) throw new Error(`Importing ${file} opened ${connections.join(', ')}`);
  return measured;
}

/** A function's variables as the stacks set them, but none of this machine's. */
function functionEnvironment(): Record<string, string> {
  const own = ENVIRONMENT_NAMES.map((name) => [name, `bench-${name.toLowerCase()}`] as const);
  return {
    ...Object.fromEntries(own),
    LOG_LEVEL: 'info',
    NODE_OPTIONS: '--enable-source-maps',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
}
