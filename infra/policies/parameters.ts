import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { EnvironmentName } from '../../src/contracts/functions/environment.ts';
import type { StageConfig } from '../config.ts';
import type { FunctionSpec } from '../functions.ts';
import { allow } from './statements.ts';

type ParameterKind = keyof NonNullable<FunctionSpec['parameters']>;
type Right = 'read' | 'create' | 'publish' | 'rotate';

const WRITES = { create: 'Create', publish: 'Publish', rotate: 'Rotate' } as const;

const PARAMETERS = {
  signingKey: { path: 'signing-key', variable: 'SIGNING_KEY_PARAMETER', sid: 'SigningKey' },
  publicKeys: { path: 'public-keys', variable: 'PUBLIC_KEYS_PARAMETER', sid: 'PublicKeys' },
  sealKey: { path: 'seal-key', variable: 'SEAL_KEY_PARAMETER', sid: 'SealKey' },
  cursorKey: { path: 'cursor-key', variable: 'CURSOR_KEY_PARAMETER', sid: 'CursorKey' },
  cacheUrl: { path: 'cache-url', variable: 'CACHE_URL_PARAMETER', sid: 'CacheUrl' },
} as const satisfies Record<ParameterKind, { path: string; variable: EnvironmentName; sid: string }>;

// The keys are made by the functions on first use, since CloudFormation can't make secret parameters; the cache's address is
// the operator's to put there.
function parameterName(config: StageConfig, kind: ParameterKind): string {
  return `/branchline/${config.stage}/${PARAMETERS[kind].path}`;
}

/** What a function needs to use its parameters: their names as variables, and the rights to them. */
export function parameterAccess(
  scope: Construct,
  config: StageConfig,
  wanted: NonNullable<FunctionSpec['parameters']>,
): { readonly environment: Record<string, string>; readonly statements: PolicyStatement[] } {
  const all = Object.entries(wanted) as [ParameterKind, Right][];
  const entries = all.filter(([kind]) => kind !== 'cacheUrl' || config.cache);
  return {
    environment: Object.fromEntries(
      entries.map(([kind]) => [PARAMETERS[kind].variable, parameterName(config, kind)]),
    ),
    statements: entries.flatMap(([kind, right]) => statementsFor(scope, config, kind, right)),
  };
}

// SecureString under the account's own SSM key: that key's policy lets whoever may read a parameter decrypt it.
function statementsFor(
  scope: Construct,
  config: StageConfig,
  kind: ParameterKind,
  right: Right,
): PolicyStatement[] {
  const { sid } = PARAMETERS[kind];
  const arn = Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: parameterName(config, kind).slice(1),
  });
  const read = allow(`Read${sid}`, ['ssm:GetParameter'], [arn]);
  if (right === 'read') return [read];
  const once = { StringEquals: { 'ssm:Overwrite': 'false' } };
  const conditions = right === 'create' ? once : {};
  return [read, allow(`${WRITES[right]}${sid}`, ['ssm:PutParameter'], [arn], conditions)];
}
