import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** An allow statement. @param sid - names it; a statement with a wildcard is explained under its name in wildcards.ts */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {},
): PolicyStatement {
  return new PolicyStatement({ sid, actions: [...actions], resources: [...resources], conditions });
}

/** Actions on single items and single partitions: no Scan, no PartiQL, no batch that isn't checked item by item. */
export const ITEM_ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:ConditionCheckItem',
] as const;

/** Demands that a request names its partitions, and that each is one of these.
 *  @param patterns - partition keys, `*` for any text */
export function leadingKeys(patterns: readonly string[]) {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
    // ForAllValues holds of no keys at all, too.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** Sending traces to X-Ray. */
export function writeTraces(): PolicyStatement {
  return allow('WriteTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
}
