import { parseArgs } from 'node:util';
import * as z from 'zod';
import { STAGES, type StageConfig } from '../../infra/config.ts';
import { OperatorError } from '../operator/error.ts';

/** What the operator asks for. */
export interface RestoreArguments {
  readonly stage: StageConfig['stage'];
  /** The point in time, to the second; `latest` for the last one that both tables can go back to. */
  readonly at: Date | 'latest';
  /** Where the tables to restore aren't the ones that the stage uses now. */
  readonly source: { readonly directory: string; readonly tenants: string } | undefined;
  readonly dry_run: boolean;
}

export const USAGE = `npm run restore -- --stage <${STAGES.join('|')}> --at <time|latest> [--dry-run]
  --at             as 2026-01-31T12:34:56Z, or latest
  --directory, --tenants
                   the tables to restore, where they aren't the ones in use
  --dry-run        says what it would do, and changes nothing`;

const INSTANT = z.iso.datetime({ offset: true, precision: 0 });

/** @throws OperatorError naming what is wrong, with the usage */
export function readArguments(args: readonly string[]): RestoreArguments {
  const { stage, at, directory, tenants, 'dry-run': dry_run } = parse(args);
  const known = STAGES.find((name) => name === stage);
  if (known === undefined) throw wrong(`--stage ${given(stage)}: one of ${STAGES.join(', ')}`);
  if (at !== 'latest' && !INSTANT.safeParse(at).success) {
    throw wrong(`--at ${given(at)}: a time to the second with its zone, as 2026-01-31T12:34:56Z, or latest`);
  }
  if ((directory === undefined) !== (tenants === undefined)) {
    throw wrong('--directory and --tenants go together');
  }
  return {
    stage: known,
    at: at === 'latest' || at === undefined ? 'latest' : new Date(at),
    source: directory === undefined || tenants === undefined ? undefined : { directory, tenants },
    dry_run,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string' },
        at: { type: 'string' },
        directory: { type: 'string' },
        tenants: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option.
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function given(value: string | undefined): string {
  return value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
}

function wrong(problem: string): OperatorError {
  return new OperatorError(`${problem}\n\n${USAGE}`);
}
