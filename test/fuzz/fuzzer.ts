import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE_DIR = fileURLToPath(new URL('../../node_modules/.cache/fuzz', import.meta.url));
const ENVIRONMENT_DIR = join(CACHE_DIR, 'python');

/** What holds of every answer: no 5xx, and nothing that the document doesn't say. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'allow_header_conformance',
  'ignored_auth',
];

/** One run of the fuzzer. */
export interface FuzzRun {
  readonly base_url: string;
  readonly account: { readonly email: string; readonly password: string };
  /** Seconds that one session is used for; 0 makes one for each case. */
  readonly session_s: number;
  /** Operations by id: these alone, or all but these. */
  readonly operations: { readonly only: readonly string[] } | { readonly without: readonly string[] };
  readonly examples: number;
  readonly seed: number;
}

/** What came of it. */
export interface FuzzResult {
  readonly cases: number;
  readonly failures: number;
  /** Schemathesis found all as it should be. */
  readonly succeeded: boolean;
}

/** Installs schemathesis into a virtual environment of its own, once. @throws Error when that fails */
export async function installFuzzer(): Promise<void> {
  if (existsSync(join(ENVIRONMENT_DIR, 'bin', 'schemathesis'))) return;
  await mkdir(CACHE_DIR, { recursive: true });
  await demand('python3', ['-m', 'venv', ENVIRONMENT_DIR]);
  const pip = join(ENVIRONMENT_DIR, 'bin', 'pip');
  await demand(pip, [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    join(HERE, 'requirements.txt'),
  ]);
}

/** Sends random requests, valid and not, made from the document that the platform itself serves, and holds every answer
 *  against it. Its report goes to this process's output. */
export async function fuzz(run: FuzzRun): Promise<FuzzResult> {
  const ids = 'only' in run.operations ? run.operations.only : run.operations.without;
  const filter = 'only' in run.operations ? '--include-operation-id' : '--exclude-operation-id';
  const { code, output } = await execute(
    join(ENVIRONMENT_DIR, 'bin', 'schemathesis'),
    [
      'run',
      `${run.base_url}/openapi.json`,
      ...['--max-examples', String(run.examples), '--seed', String(run.seed)],
      ...['--checks', CHECKS.join(','), '--continue-on-failure', '--request-timeout', '30'],
      ...['--generation-database', 'none', '--warnings', 'off', '--no-color'],
      ...ids.flatMap((id) => [filter, id]),
    ],
    {
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: HERE,
      PYTHONDONTWRITEBYTECODE: '1',
      FUZZ_BASE_URL: run.base_url,
      FUZZ_EMAIL: run.account.email,
      FUZZ_PASSWORD: run.account.password,
      FUZZ_SESSION_S: String(run.session_s),
    },
  );
  const cases = Number(/^\s*(\d+) generated/m.exec(output)?.[1] ?? 0);
  const failures = Number(/(\d+) unique failures?/.exec(output)?.[1] ?? 0);
  return { cases, failures, succeeded: code === 0 };
}

async function demand(command: string, arguments_: readonly string[]): Promise<void> {
  const { code } = await execute(command, arguments_, {});
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

function execute(
  command: string,
  arguments_: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, {
      // Where the fuzzer keeps what it found is no part of the sources.
      cwd: CACHE_DIR,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
