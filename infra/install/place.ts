/** Where an installation is. In the documents of docs/install-permissions.json each field is its name in angle brackets. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly stage: string;
}

/** The place of the published documents: whoever makes them into policies by hand puts their own values there. */
export const PLACEHOLDERS: Place = {
  account: '<account>',
  region: '<region>',
  stage: '<stage>',
};

/** Names a stage's bootstrap, at most ten characters: its own, beside those of other stages and of an account's other CDK
 *  apps, whose CloudFormation role may do other things. */
export function qualifierOf({ stage }: Pick<Place, 'stage'>): string {
  return `bl-${stage}`;
}

/** The stack that `cdk bootstrap` makes. */
export function bootstrapStack(place: Pick<Place, 'stage'>): string {
  return `${prefixOf(place)}bootstrap`;
}

/** AWS's layer that exports traces, as its versions are called in every region. */
export const TRACING_LAYER = 'AWSOpenTelemetryDistroJs';

/** What every physical name of a stage begins with: given names, and those that CloudFormation makes of a stack's name. */
export function prefixOf({ stage }: Pick<Place, 'stage'>): string {
  return `branchline-${stage}-`;
}

/** An ARN in the installation's account and region. */
export function arn({ account, region }: Place, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

/** An ARN of a service that knows no regions. */
export function globalArn({ account }: Place, service: string, resource: string): string {
  return `arn:aws:${service}::${account}:${resource}`;
}

/** The ARN of one of the installation's policies. */
export function policyArn(place: Place, policy: PolicyName): string {
  return globalArn(place, 'iam', `policy/${policyName(place, policy)}`);
}

/** The policies that an installation needs, by the last part of their names. */
export const POLICY_NAMES = [
  'boundary',
  'gateway-boundary',
  'execution-boundary',
  'execution-data',
  'execution-code',
  'execution-roles',
  'execution-opt-in',
  'bootstrap',
  'deployer',
] as const;

export type PolicyName = (typeof POLICY_NAMES)[number];

/** The name of a policy. */
export function policyName(place: Pick<Place, 'stage'>, policy: PolicyName): string {
  return `${prefixOf(place)}${policy}`;
}
