import { globalArn, type Place, prefixOf } from '../place.ts';
import { allow, type PolicyDocument, policy } from '../statement.ts';
import { boundaries, refusals } from './refusals.ts';

// The actions are those that the resource types' own schemas name for their handlers
// (test/infra/support/policy/handlers.ts lists them by type); a test demands that nothing is missing here and that nothing
// is beyond them.

// AWS's own, for the role by which ECS keeps the apps' gateway.
const GATEWAY_POLICY = 'AmazonECSInfrastructureRoleForGatewayHostSharedALB';

/** Roles: of this stage's names alone, never without a boundary, and passed to the services that use them. */
export function executeRoles(place: Place): PolicyDocument {
  const roles = [globalArn(place, 'iam', `role/${prefixOf(place)}*`)];
  const bounded = { 'iam:PermissionsBoundary': boundaries(place) };
  return policy(
    allow(
      'BoundedRoles',
      ['iam:CreateRole', 'iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary', 'iam:PutRolePolicy'],
      roles,
      { StringEquals: bounded },
    ),
    allow('GatewayPolicy', ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], roles, {
      StringEquals: bounded,
      ArnEquals: { 'iam:PolicyARN': `arn:aws:iam::aws:policy/${GATEWAY_POLICY}` },
    }),
    allow(
      'Roles',
      [
        'iam:DeleteRole',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      roles,
    ),
    allow('PassRoles', ['iam:PassRole'], roles, {
      StringEquals: {
        'iam:PassedToService': [
          'codebuild.amazonaws.com',
          'ecs.amazonaws.com',
          'lambda.amazonaws.com',
          'scheduler.amazonaws.com',
          'states.amazonaws.com',
        ],
      },
    }),
    allow(
      'ServiceRoles',
      ['iam:CreateServiceLinkedRole'],
      [globalArn(place, 'iam', 'role/aws-service-role/*')],
      { StringEquals: { 'iam:AWSServiceName': ['ecs.amazonaws.com', 'ops.apigateway.amazonaws.com'] } },
    ),
    ...refusals(place),
  );
}
