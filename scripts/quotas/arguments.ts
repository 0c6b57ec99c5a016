import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { ConfigError, readConfig, type StageConfig } from '../../infra/config.ts';
import { OperatorError } from '../operator/error.ts';
import type { Load } from './needs.ts';

export const USAGE = `npm run preflight -- [-c name=value]... [--builds n] [--apps n]
  -c               a context value, as for cdk deploy: -c stage=prod -c appDomain=apps.example.com
  --builds         builds at once; 1 where nothing is said
  --apps           apps, each of one task; 1 where nothing is said`;

const CDK_FILE = new URL('../../cdk.json', import.meta.url);
const CONTEXT_FILE = new URL('../../cdk.context.json', import.meta.url);
const contextSchema = z.record(z.string(), z.unknown());
const cdkSchema = z.object({ context: contextSchema });
const count = z.coerce.number().int().min(1).max(100_000);

/** The stage as `cdk deploy` would read it, and what is to run in it.
 *  @param context_file - the operator's own values, as cdk reads them; there may be none
 *  @throws OperatorError naming what is wrong, with the usage */
export function readArguments(
  args: readonly string[],
  context_file: URL = CONTEXT_FILE,
): {
  readonly config: StageConfig;
  readonly load: Load;
} {
  const { context, builds, apps } = parse(args);
  const { context: defaults } = cdkSchema.parse(JSON.parse(readFileSync(CDK_FILE, 'utf8')));
  const values = { ...defaults, ...readContext(context_file), ...Object.fromEntries(context.map(readPair)) };
  return {
    config: readStage(values),
    load: { builds: readCount('builds', builds), apps: readCount('apps', apps) },
  };
}

function readContext(file: URL): Readonly<Record<string, unknown>> {
  if (!existsSync(file)) return {};
  return contextSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        context: { type: 'string', short: 'c', multiple: true, default: [] },
        builds: { type: 'string', default: '1' },
        apps: { type: 'string', default: '1' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option.
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function readPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrong(`-c ${text}: name=value is allowed`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function readStage(values: Readonly<Record<string, unknown>>): StageConfig {
  try {
    return readConfig((name) => values[name]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new OperatorError(error.message, { cause: error });
  }
}

function readCount(name: string, text: string): number {
  const parsed = count.safeParse(text);
  if (parsed.success) return parsed.data;
  throw wrong(`--${name} is ${JSON.stringify(text)}: a whole number from 1 to 100000 is allowed`);
}

function wrong(problem: string): OperatorError {
  return new OperatorError(`${problem}\n\n${USAGE}`);
}
