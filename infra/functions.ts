import type { ConsumerName } from '../src/contracts/events/rules.ts';
import { kebabCase } from '../src/contracts/functions/name.ts';
import type { FunctionName } from '../src/contracts/http/route.ts';
import { DEPLOY_TASKS, type DeployTask } from '../state-machines/catalog.ts';
import type { StageConfig } from './config.ts';

/** What a function is, and what it may reach beside its own log. Its stack adds what belongs to that stack alone. */
export interface FunctionSpec {
  /** The file whose `handler` runs. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Of /tmp; Lambda's 512 MB where nothing is said. */
  readonly storageMb?: number;
  /** Instances kept for it, and at most used by it, in production. */
  readonly concurrency?: number;
  /** `tenant`: one tenant's items and objects, by a tagged session. `two-table`: transactions over both tables as well. */
  readonly data?: 'tenant' | 'two-table';
  /** Whether it hands mails to the function that sends them. */
  readonly mail?: true;
  /** Partitions of the directory that its own role reads; `*` for any text. */
  readonly directory?: readonly string[];
  /** Those of which it reads lists too. */
  readonly directoryLists?: readonly string[];
  /** Partitions of the directory that its own role writes, outside of any transaction with a tenant's items. */
  readonly directoryWrites?: readonly string[];
  /** `create` may make the parameter but never replace it; `publish` and `rotate` may replace it. */
  readonly parameters?: {
    readonly signingKey?: 'create' | 'rotate';
    readonly publicKeys?: 'read' | 'publish';
    readonly sealKey?: 'read' | 'create';
    readonly cursorKey?: 'create';
    /** The operator makes it; nobody reads it in a stage without a cache. */
    readonly cacheUrl?: 'read';
  };
}

// Argon2id keeps one core busy, and a function gets a whole one from this much memory on.
const ONE_CORE_MB = 1769;

/** The functions behind the API. */
export const API_FUNCTIONS = {
  auth: {
    entry: 'functions/api/auth/lambda.ts',
    memoryMb: ONE_CORE_MB,
    timeoutSeconds: 10,
    concurrency: 20,
    data: 'two-table',
    directory: ['EMAIL#*', 'USER#*', 'RESET#*', 'RATE#*', 'SIGNIN#*'],
    directoryLists: ['USER#*'],
    directoryWrites: ['RESET#*', 'RATE#*', 'SIGNIN#*'],
    mail: true,
    parameters: { signingKey: 'create', publicKeys: 'publish', cursorKey: 'create' },
  },
  tokens: {
    entry: 'functions/api/tokens/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 10,
    concurrency: 10,
    data: 'tenant',
    parameters: { publicKeys: 'read', cursorKey: 'create' },
  },
  users: {
    entry: 'functions/api/users/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 10,
    concurrency: 10,
    data: 'two-table',
    directory: ['USER#*'],
    directoryLists: ['USER#*'],
    parameters: { publicKeys: 'read' },
  },
  team: {
    entry: 'functions/api/team/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 10,
    concurrency: 10,
    data: 'two-table',
    // Invitations are accepted under /api/v1/auth, where addresses are limited.
    directory: ['USER#*', 'RATE#*'],
    directoryLists: ['USER#*'],
    directoryWrites: ['RATE#*'],
    mail: true,
    parameters: { publicKeys: 'read', cursorKey: 'create' },
  },
  projects: {
    entry: 'functions/api/projects/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 10,
    concurrency: 50,
    data: 'tenant',
    parameters: { publicKeys: 'read', sealKey: 'create', cursorKey: 'create', cacheUrl: 'read' },
  },
  deployments: {
    entry: 'functions/api/deployments/lambda.ts',
    memoryMb: 512,
    // Following a log waits up to 20 s for news.
    timeoutSeconds: 29,
    concurrency: 100,
    data: 'tenant',
    parameters: { publicKeys: 'read', cursorKey: 'create', cacheUrl: 'read' },
  },
  usage: {
    entry: 'functions/api/usage/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 10,
    concurrency: 10,
    data: 'tenant',
    parameters: { publicKeys: 'read' },
  },
  meta: {
    entry: 'functions/api/meta/lambda.ts',
    memoryMb: 256,
    timeoutSeconds: 10,
    concurrency: 10,
    parameters: { publicKeys: 'read' },
  },
} as const satisfies Record<FunctionName, FunctionSpec>;

const task = (state: DeployTask, spec: Omit<FunctionSpec, 'entry'>): FunctionSpec => ({
  entry: DEPLOY_TASKS[state].handler.replace('functions/tasks/', 'functions/tasks/lambda/'),
  ...spec,
});
const SEALED = { sealKey: 'read' } as const;

/** The functions behind the states of deploy.asl.json; none runs longer than its state waits. */
export const TASK_FUNCTIONS = {
  Prepare: task('Prepare', {
    memoryMb: 2048,
    storageMb: 2048,
    timeoutSeconds: 600,
    data: 'two-table',
    parameters: SEALED,
  }),
  PublishImage: task('PublishImage', {
    memoryMb: 2048,
    timeoutSeconds: 900,
    data: 'tenant',
    parameters: SEALED,
  }),
  PreDeploy: task('PreDeploy', { memoryMb: 256, timeoutSeconds: 900, data: 'tenant', parameters: SEALED }),
  Release: task('Release', { memoryMb: 512, timeoutSeconds: 300, data: 'tenant', parameters: SEALED }),
  AwaitRollout: task('AwaitRollout', { memoryMb: 256, timeoutSeconds: 60, data: 'tenant' }),
  SwitchRoute: task('SwitchRoute', {
    memoryMb: 512,
    timeoutSeconds: 300,
    data: 'tenant',
    parameters: SEALED,
  }),
  RecordSuccess: task('RecordSuccess', { memoryMb: 256, timeoutSeconds: 60, data: 'tenant' }),
  RecordFailure: task('RecordFailure', { memoryMb: 256, timeoutSeconds: 300, data: 'tenant' }),
} as const satisfies Record<DeployTask, FunctionSpec>;

const consumer = (name: string, spec: Partial<FunctionSpec> = {}): FunctionSpec => ({
  entry: `functions/events/lambda/${name}.ts`,
  memoryMb: 256,
  timeoutSeconds: 30,
  concurrency: 10,
  ...spec,
});

/** The functions that events run, one per consumer of the event rules. */
export const CONSUMER_FUNCTIONS = {
  'start-deployment': consumer('start-deployment'),
  'stop-deployment': consumer('stop-deployment', { timeoutSeconds: 120, data: 'tenant' }),
  'remove-project': consumer('remove-project', {
    timeoutSeconds: 300,
    data: 'two-table',
    directory: ['HOST#*'],
  }),
  metrics: consumer('metrics', { data: 'two-table' }),
  billing: consumer('billing', { data: 'tenant' }),
} as const satisfies Record<ConsumerName, FunctionSpec>;

/** The functions that keep events and executions moving. */
export const DELIVERY_FUNCTIONS = {
  // Ten calls of the bus for a full batch, each with its repetitions.
  'publish-outbox': consumer('publish-outbox', { timeoutSeconds: 120 }),
  'settle-deployment': consumer('settle-deployment', { timeoutSeconds: 120, data: 'tenant' }),
  'collect-logs': consumer('collect-logs', { timeoutSeconds: 60, data: 'tenant' }),
  // A throttled event waits: apps that end one after the other need no more.
  'watch-apps': consumer('watch-apps', { timeoutSeconds: 60, data: 'tenant', concurrency: 2 }),
  'send-mail': consumer('send-mail', { concurrency: 5 }),
  'rotate-signing-key': consumer('', {
    entry: 'functions/schedules/lambda/rotate-signing-key.ts',
    // Two runs at once would each make a key, of which one is lost.
    concurrency: 1,
    parameters: { signingKey: 'rotate', publicKeys: 'publish' },
  }),
  'sweep-outbox': consumer('', {
    entry: 'functions/schedules/lambda/sweep-outbox.ts',
    timeoutSeconds: 300,
    concurrency: 1,
  }),
  purge: consumer('', {
    entry: 'functions/schedules/lambda/purge.ts',
    timeoutSeconds: 900,
    concurrency: 1,
    data: 'two-table',
    directory: ['HOST#*', 'USER#*'],
    directoryLists: ['USER#*'],
  }),
} as const satisfies Record<string, FunctionSpec>;

/** How many instances a stage keeps for a function; 0 where it takes them from what is left.
 *  A fresh account has ten instances in all, so development reserves none. */
export function reservedConcurrency(stage: StageConfig['stage'], spec: FunctionSpec): number {
  if (stage === 'dev' || spec.concurrency === undefined) return 0;
  const share = stage === 'prod' ? 1 : 0.2;
  return Math.max(1, Math.round(spec.concurrency * share));
}

/** The size of a build's machine, by its architecture. Each has a quota of builds at once of its own. */
export const BUILD_SIZE = { arm64: 'SMALL', x86_64: 'MEDIUM' } as const satisfies Record<
  StageConfig['architecture'],
  string
>;

/** Every function there is, by its name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(
  [API_FUNCTIONS, TASK_FUNCTIONS, CONSUMER_FUNCTIONS, DELIVERY_FUNCTIONS].flatMap((group) =>
    Object.entries(group as Record<string, FunctionSpec>).map(
      ([name, spec]) => [kebabCase(name), spec] as const,
    ),
  ),
);
