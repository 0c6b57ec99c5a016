import { resourcesOf, type Templates } from '../synth.ts';
import type { Statement } from './evaluate.ts';
import { createResolver } from './resolve.ts';

/** A role with everything that it is given, from whichever stack. */
export interface RolePolicies {
  readonly name: string;
  readonly stack: string;
  readonly id: string;
  readonly arn: string;
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
}

interface Document {
  readonly Statement: Statement | readonly Statement[];
}

/** Every role of a stage, by its name without the stage. */
export function readRoles(templates: Templates, stage: string): ReadonlyMap<string, RolePolicies> {
  const resolve = createResolver(templates);
  const policies = resourcesOf(templates, 'AWS::IAM::Policy').map(({ stack, properties }) => ({
    document: resolve(stack, properties['PolicyDocument']) as Document,
    roles: resolve(stack, properties['Roles']) as string[],
  }));
  const roles = resourcesOf(templates, 'AWS::IAM::Role').map(({ stack, id, properties }) => {
    const fullName = String(properties['RoleName']);
    const inline = (properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
    const attached = policies.filter((policy) => policy.roles.includes(`<${stack}/${id}>`));
    return {
      name: fullName.replace(`branchline-${stage}-`, ''),
      stack,
      id,
      arn: `arn:aws:iam::<account>:role/${fullName}`,
      trust: statementsOf(resolve(stack, properties['AssumeRolePolicyDocument']) as Document),
      statements: [
        ...inline.flatMap((policy) => statementsOf(resolve(stack, policy.PolicyDocument) as Document)),
        ...attached.flatMap((policy) => statementsOf(policy.document)),
      ],
    };
  });
  return new Map(roles.map((role) => [role.name, role]));
}

function statementsOf({ Statement }: Document): readonly Statement[] {
  return Array.isArray(Statement) ? (Statement as Statement[]) : [Statement as Statement];
}
