import { boundary, gatewayBoundary } from './boundary.ts';
import { executionBoundary } from './execution/boundary.ts';
import { executeCode } from './execution/code.ts';
import { executeData } from './execution/data.ts';
import { executeOptIn } from './execution/opt-in.ts';
import { executeRoles } from './execution/roles.ts';
import { bootstrapper, deployer } from './installer.ts';
import { PLACEHOLDERS, type Place, POLICY_NAMES, type PolicyName, policyName } from './place.ts';
import type { PolicyDocument } from './statement.ts';

interface InstallPolicy {
  /** In one sentence, for who reads it in IAM; ASCII, at most 1,000 characters. */
  readonly purpose: string;
  readonly document: (place: Place) => PolicyDocument;
}

/** Every policy of an installation, by the last part of its name. */
export const INSTALL_POLICIES: Readonly<Record<PolicyName, InstallPolicy>> = {
  boundary: {
    purpose: 'Permissions boundary of every role that the stacks make, but for the gateway.',
    document: boundary,
  },
  'gateway-boundary': {
    purpose: 'Permissions boundary of the role by which ECS keeps the load balancers of apps.',
    document: gatewayBoundary,
  },
  'execution-boundary': {
    purpose:
      'Permissions boundary of the role of CloudFormation: cdk bootstrap --custom-permissions-boundary.',
    document: executionBoundary,
  },
  'execution-data': {
    purpose:
      'What CloudFormation may do (cdk bootstrap --cloudformation-execution-policies): what holds data.',
    document: executeData,
  },
  'execution-code': {
    purpose: 'What CloudFormation may do (cdk bootstrap --cloudformation-execution-policies): what runs.',
    document: executeCode,
  },
  'execution-roles': {
    purpose: 'What CloudFormation may do (cdk bootstrap --cloudformation-execution-policies): roles.',
    document: executeRoles,
  },
  'execution-opt-in': {
    purpose:
      'What CloudFormation may do (cdk bootstrap --cloudformation-execution-policies): edge and compute.',
    document: executeOptIn,
  },
  bootstrap: {
    purpose:
      'For whoever runs npm run bootstrap: the policies of this installation, and the bootstrap stack of CDK.',
    document: bootstrapper,
  },
  deployer: {
    purpose: 'For whoever runs cdk deploy, diff or destroy: taking on the roles of the bootstrap.',
    document: deployer,
  },
};

/** docs/install-permissions.json: every policy with placeholders, as `npm run generate` writes it. */
export function createInstallPermissions() {
  const entries = POLICY_NAMES.map((name) => {
    const { purpose, document } = INSTALL_POLICIES[name];
    return [
      name,
      { name: policyName(PLACEHOLDERS, name), purpose, document: document(PLACEHOLDERS) },
    ] as const;
  });
  return Object.fromEntries(entries);
}
