import process from 'node:process';
import { createLogger } from '../src/adapters/system/logger.ts';
import { HomeError } from './home.ts';
import { startPlatform } from './platform.ts';
import { IsolationUnavailableError } from './process/index.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const EXIT_OK = 0;
const EXIT_FAILED = 1;
/** Wrong settings, as `EX_USAGE`-like tools have it. */
const EXIT_SETTINGS = 2;

/** Runs the platform until SIGTERM or SIGINT. @returns the exit code */
export async function runServer(environment: Environment): Promise<number> {
  const stopped = nextStopSignal();
  try {
    const settings = readSettings(environment);
    const platform = await startPlatform(settings, environment);
    process.stdout.write(`Branchline is ready at ${platform.url}\n`);
    const signal = await stopped;
    createLogger(settings.log_level).info('stopping', { signal });
    await platform.stop();
    return EXIT_OK;
  } catch (error) {
    return explain(error, environment);
  }
}

/** The first SIGTERM or SIGINT; later ones change nothing, as the stop is under way already. */
export function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

/** Says on stderr why the platform can't start, in one message without a stack. */
export function explain(error: unknown, environment: Environment): number {
  if (error instanceof SettingsError) return fail(error.message, EXIT_SETTINGS);
  if (error instanceof HomeError || error instanceof IsolationUnavailableError) {
    return fail(error.message, EXIT_FAILED);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const { port, host } = safeSettings(environment);
  if (code === 'EADDRINUSE') {
    return fail(`Port ${port} on ${host} is in use. Stop what uses it, or set BRANCHLINE_PORT.`, EXIT_FAILED);
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return fail(
      `Can not listen on port ${port} of ${host} (${code}). Set BRANCHLINE_PORT or BRANCHLINE_HOST.`,
      EXIT_FAILED,
    );
  }
  throw error;
}

function safeSettings(environment: Environment): Pick<Settings, 'port' | 'host'> {
  return readSettings(environment);
}

function fail(message: string, exit_code: number): number {
  process.stderr.write(`${message}\n`);
  return exit_code;
}
