import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** A whole number as an environment variable writes it. */
const wholeNumber = (limits: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(limits.min).max(limits.max));

const settingsSchema = z.object({
  BRANCHLINE_PORT: wholeNumber({ min: 0, max: 65_535 }).default(8787),
  BRANCHLINE_HOST: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('127.0.0.1'),
  BRANCHLINE_HOME: z.string().refine(isAbsolute, 'must be an absolute path'),
  BRANCHLINE_RATE_LIMIT: wholeNumber({ min: 0, max: 1_000_000 }).optional(),
  BRANCHLINE_ISOLATION: z.enum(['auto', 'bubblewrap', 'user', 'none']).default('auto'),
  BRANCHLINE_CACHE_URL: z
    .url({ protocol: /^rediss?$/, hostname: /./, error: 'must be a redis:// or rediss:// address' })
    .optional(),
  LOG_LEVEL: z.string().default('info'),
});

/** The settings of a laptop's platform, from the environment. */
export interface Settings {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The database, keys, logs and builds. */
  readonly home: string;
  /** Requests a minute per principal and, on auth routes, per address: 0 for none, undefined for the defaults. */
  readonly rate_limit: number | undefined;
  readonly isolation: 'auto' | 'bubblewrap' | 'user' | 'none';
  /** A shared cache; undefined for none. May hold a password. */
  readonly cache_url: string | undefined;
  readonly log_level: string;
}

/** Thrown for wrong settings; the message names every one of them. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(`Wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/** Reads the settings. An empty variable counts as missing. @throws SettingsError */
export function readSettings(environment: Environment): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = settingsSchema.safeParse({ BRANCHLINE_HOME: defaultHome(given), ...given });
  if (!result.success) {
    throw new SettingsError(
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${describe(issue, given)}`),
    );
  }
  const settings = result.data;
  return {
    port: settings.BRANCHLINE_PORT,
    host: settings.BRANCHLINE_HOST,
    home: settings.BRANCHLINE_HOME,
    rate_limit: settings.BRANCHLINE_RATE_LIMIT,
    isolation: settings.BRANCHLINE_ISOLATION,
    cache_url: settings.BRANCHLINE_CACHE_URL,
    log_level: settings.LOG_LEVEL,
  };
}

function describe(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  if (name === 'BRANCHLINE_CACHE_URL') return issue.message;
  const value = given[name];
  return `${issue.message} (it is ${JSON.stringify(value)})`;
}

/** The user's data folder, as each system has it (XDG Base Directory on Linux). */
function defaultHome(environment: Environment): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'branchline');
  const data = environment['XDG_DATA_HOME'];
  return join(
    data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share'),
    'branchline',
  );
}
