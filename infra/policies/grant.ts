import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { WILDCARD_REASONS } from './wildcards.ts';

/** Gives a role statements; those with a wildcard are acknowledged with the reason that wildcards.ts has for them. */
export function grant(role: Role, statements: readonly PolicyStatement[]): void {
  for (const statement of statements) role.addToPolicy(statement);
  explainWildcards(role, statements);
}

/** Acknowledges the wildcards of explained statements; all others stay findings. */
export function explainWildcards(construct: IConstruct, statements: readonly PolicyStatement[]): void {
  const stack = Stack.of(construct);
  for (const statement of statements) {
    const reason = WILDCARD_REASONS[statement.sid ?? ''];
    if (reason === undefined) continue;
    const resources = statement.resources.map((resource) => flatten(stack.resolve(resource)));
    for (const resource of resources.filter((text) => text.includes('*'))) {
      acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
    }
  }
}

// A resolved value as cdk-nag writes it into a finding's id.
function flatten(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('$'.concat('{'), '<').replaceAll('}', '>');
  const [[name, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Ref') return `<${String(argument)}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Fn::ImportValue') return flatten(argument);
  if (name !== 'Fn::Join') return JSON.stringify(value);
  const [separator, parts] = argument as [string, unknown[]];
  return parts.map(flatten).join(separator);
}
