import * as z from 'zod';
import { prefixOf, TRACING_LAYER } from './install/place.ts';

/** The stages that an installation may have. */
export const STAGES = ['dev', 'staging', 'prod'] as const;
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731] as const;

// Context from the command line is text.
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
// DynamoDB's own rule for a table's name.
const tableName = z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/);
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

// The addresses that AWS gives credentials at.
const LINK_LOCAL = /^(?:169\.254\.|fe[89ab][0-9a-f]:|fd00:ec2:)/i;
const LAYER_ARN = new RegExp(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\\d{12}:layer:${TRACING_LAYER}:\\d+$`);

const contextSchema = z.strictObject({
  stage: z.enum(STAGES),
  /** The domain below which apps get their host names. */
  appDomain: z
    .string()
    .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain name')
    .optional(),
  architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  logRetentionDays: z.coerce.number().pipe(z.literal(RETENTION_DAYS)).optional(),
  tracing: flag.optional(),
  /** Opt-in: the version of AWS's OpenTelemetry layer that tells X-Ray of spans; the API alone tells nobody. */
  tracingLayer: z.string().regex(LAYER_ARN).optional(),
  /** Who gets the alarms; without it they show on the dashboard alone. */
  alarmEmail: z.email().optional(),
  /** Whom mails are from: an address that SES knows to be the operator's. Without it none is sent. */
  mailFrom: z.email().optional(),
  /** Requests a second, and the burst, that the API's gateway lets through in all. */
  throttleRate: whole(1, 10_000).default(200),
  throttleBurst: whole(1, 5000).default(400),
  /** Requests a minute of one principal, and of one address on the routes that sign in, in place of the defaults; 0 turns
   *  these limits off, and those on failed sign-ins. */
  rateLimit: whole(0, 1_000_000).optional(),
  /** Addresses, separated by commas, at which repositories may be fetched though they aren't public. */
  allowedSourceAddresses: z
    .string()
    .transform((text) => text.split(',').filter((address) => address !== ''))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6()]).refine((address) => !LINK_LOCAL.test(address))))
    .default([]),
  /** Opt-in: CloudFront and WAF before the API. */
  edge: flag.default(false),
  /** Opt-in: a network, an ECS cluster and a shared gateway for apps. */
  compute: flag.default(false),
  /** Opt-in: the shared cache whose address is in the parameter /branchline/<stage>/cache-url. */
  cache: flag.default(false),
  /** Tables that a restore made, in place of the data stack's own: all three values or none. */
  directoryTable: tableName.optional(),
  tenantsTable: tableName.optional(),
  /** The label of the restored tenants' table's stream: the end of its ARN. */
  tenantsStreamLabel: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/)
    .optional(),
});
const RESTORED_NAMES = ['directoryTable', 'tenantsTable', 'tenantsStreamLabel'] as const;

// What `-c name=value` takes.
const CONTEXT_NAMES = Object.keys(contextSchema.shape) as (keyof typeof contextSchema.shape)[];

type Context = z.output<typeof contextSchema>;

/** One stage's settings, complete. */
export interface StageConfig
  extends Omit<Context, 'appDomain' | 'logRetentionDays' | 'tracing' | (typeof RESTORED_NAMES)[number]> {
  readonly appDomain: string;
  readonly logRetentionDays: (typeof RETENTION_DAYS)[number];
  readonly tracing: boolean;
  /** Data outlives its stack, and neither goes by accident. */
  readonly isProtected: boolean;
  /** The tables to use in place of the data stack's own, which stay as they are. */
  readonly restored: RestoredTables | undefined;
}

/** Two tables that were restored to the same point in time. */
export interface RestoredTables {
  readonly directoryTable: string;
  readonly tenantsTable: string;
  readonly tenantsStreamLabel: string;
}

/** A context value that is missing or wrong. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The context can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads a stage's settings.
 *  @param read - gives a context value by its name; undefined when it isn't set
 *  @throws ConfigError naming each value that is missing or wrong, and what is allowed */
export function readConfig(read: (name: string) => unknown): StageConfig {
  const entries = CONTEXT_NAMES.map((name) => [name, read(name)] as const);
  const given = entries.filter(([, value]) => value !== undefined);
  const parsed = contextSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, read)));
  return complete(parsed.data);
}

/** Reads which stage it is about, where nothing else matters. @throws ConfigError saying which there are */
export function readStage(read: (name: string) => unknown): StageConfig['stage'] {
  const parsed = contextSchema.shape.stage.safeParse(read('stage'));
  if (!parsed.success)
    throw new ConfigError([describe({ ...parsed.error.issues[0], path: ['stage'] }, read)]);
  return parsed.data;
}

function complete(context: Context): StageConfig {
  const isProtected = isProtectedStage(context.stage);
  if (context.appDomain === undefined && isProtected) {
    throw new ConfigError([
      `appDomain is missing: stage ${context.stage} needs a domain name (-c appDomain=…)`,
    ]);
  }
  const { directoryTable, tenantsTable, tenantsStreamLabel, ...rest } = context;
  const tracing = context.tracing ?? isProtected;
  if (context.tracingLayer !== undefined && !tracing) {
    throw new ConfigError(['tracingLayer is set, but tracing is off (-c tracing=true)']);
  }
  return {
    ...rest,
    restored: readRestored({ stage: context.stage, directoryTable, tenantsTable, tenantsStreamLabel }),
    appDomain: context.appDomain ?? 'branchline.localhost',
    logRetentionDays: context.logRetentionDays ?? (isProtected ? 90 : 7),
    tracing,
    isProtected,
  };
}

/** Whether a stage's data outlives its stack and is protected from deletion. */
export function isProtectedStage(stage: Context['stage']): boolean {
  return stage !== 'dev';
}

// One restored table beside one that wasn't would be two states of the world in one installation.
function readRestored(
  given: Pick<Context, (typeof RESTORED_NAMES)[number] | 'stage'>,
): RestoredTables | undefined {
  const { directoryTable, tenantsTable, tenantsStreamLabel } = given;
  const missing = RESTORED_NAMES.filter((name) => given[name] === undefined);
  if (missing.length === RESTORED_NAMES.length) return undefined;
  if (directoryTable === undefined || tenantsTable === undefined || tenantsStreamLabel === undefined) {
    throw new ConfigError(
      missing.map((name) => `${name} is missing: ${RESTORED_NAMES.join(', ')} go together (-c ${name}=…)`),
    );
  }
  if (directoryTable === tenantsTable) {
    throw new ConfigError([
      `tenantsTable is ${JSON.stringify(tenantsTable)}: that is the directoryTable too`,
    ]);
  }
  const own = prefixOf(given);
  const foreign = (['directoryTable', 'tenantsTable'] as const).filter(
    (name) => !given[name]?.startsWith(own),
  );
  if (foreign.length > 0) {
    throw new ConfigError(
      foreign.map(
        (name) =>
          `${name} is ${JSON.stringify(given[name])}: its name has to begin with ${own}, as all that the stage may reach`,
      ),
    );
  }
  return { directoryTable, tenantsTable, tenantsStreamLabel };
}

function describe(
  issue: { readonly path: readonly PropertyKey[]; readonly message?: string },
  read: (name: string) => unknown,
): string {
  const name = String(issue.path[0] ?? '');
  const value = read(name);
  const allowed = ALLOWED[name as keyof typeof ALLOWED] ?? issue.message;
  const problem = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return `${name} ${problem}: allowed is ${allowed} (-c ${name}=…)`;
}

const ALLOWED = {
  stage: 'dev, staging or prod',
  appDomain: 'a domain name',
  architecture: 'arm64 or x86_64',
  logLevel: 'DEBUG, INFO, WARN or ERROR',
  logRetentionDays: `one of ${RETENTION_DAYS.join(', ')}`,
  tracing: 'true or false',
  tracingLayer: 'the ARN of a layer’s version',
  alarmEmail: 'an e-mail address',
  mailFrom: 'an e-mail address',
  throttleRate: 'a whole number from 1 to 10000',
  throttleBurst: 'a whole number from 1 to 5000',
  rateLimit: 'a whole number from 0 to 1000000',
  allowedSourceAddresses: 'IP addresses, separated by commas, none of them link-local',
  edge: 'true or false',
  compute: 'true or false',
  cache: 'true or false',
  directoryTable: 'the name of a table: 3 to 255 letters, digits, _, . or -',
  tenantsTable: 'the name of a table: 3 to 255 letters, digits, _, . or -',
  tenantsStreamLabel: 'the label of a stream, as 2026-01-31T12:34:56.789',
} as const satisfies Record<(typeof CONTEXT_NAMES)[number], string>;
