import { BootstraplessSynthesizer, CfnOutput, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { INSTALL_POLICIES } from './documents.ts';
import { EXECUTION_POLICIES } from './installer.ts';
import {
  bootstrapStack,
  type Place,
  POLICY_NAMES,
  type PolicyName,
  policyArn,
  policyName,
  prefixOf,
  qualifierOf,
} from './place.ts';

/** The policies that must be there before the stacks, and before the bootstrap. It is deployed with the credentials of
 *  whoever runs it, since the roles of a bootstrap may not touch it. */
export class PermissionsStack extends Stack {
  constructor(scope: Construct, place: Place) {
    super(scope, `${prefixOf(place)}permissions`, {
      env: { account: place.account, region: place.region },
      // CDK's own classes don't fit its own interfaces under exactOptionalPropertyTypes.
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
      description: `What Branchline may do in this account, stage ${place.stage}`,
      // Without its boundary no role of the stage can do anything.
      terminationProtection: true,
    });
    for (const name of POLICY_NAMES) if (name !== BY_HAND) this.makePolicy(place, name);
    for (const [name, value] of Object.entries(bootstrapOptions(place))) new CfnOutput(this, name, { value });
  }

  private makePolicy(place: Place, name: PolicyName): void {
    const { purpose, document } = INSTALL_POLICIES[name];
    new CfnManagedPolicy(this, name, {
      managedPolicyName: policyName(place, name),
      description: purpose,
      policyDocument: document(place),
    });
  }
}

/** What `cdk bootstrap` is to be told, by the names of the stack's outputs. */
export function bootstrapOptions(place: Place) {
  return {
    Qualifier: qualifierOf(place),
    BootstrapStack: bootstrapStack(place),
    ExecutionPolicies: EXECUTION_POLICIES.map((name) => policyArn(place, name)).join(','),
    ExecutionBoundary: policyName(place, 'execution-boundary'),
  };
}

// Whoever deploys this stack needs it first.
const BY_HAND: PolicyName = 'bootstrap';
