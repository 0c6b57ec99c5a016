type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement as IAM reads it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}

/** A policy as IAM reads it. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

type Make = (
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Conditions,
) => PolicyStatement;

/** Allows actions on resources. @param sid - names the statement; letters and digits alone */
export const allow: Make = (...parts) => statement('Allow', ...parts);

/** Refuses actions on resources, whatever else allows them. @param sid - letters and digits alone */
export const deny: Make = (...parts) => statement('Deny', ...parts);

function statement(
  Effect: PolicyStatement['Effect'],
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Conditions,
): PolicyStatement {
  return { Sid, Effect, Action, Resource, ...(Condition === undefined ? {} : { Condition }) };
}

/** Makes statements into a document. */
export function policy(...Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}
