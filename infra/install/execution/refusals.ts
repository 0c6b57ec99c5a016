import { globalArn, type Place, policyArn, qualifierOf } from '../place.ts';
import { deny } from '../statement.ts';

/** What CloudFormation may never do. Said twice, in a policy of its role and in its boundary, so that losing one of them
 *  isn't losing both. */
export function refusals(place: Place) {
  return [
    deny(
      'NoChangeOfPolicies',
      ['iam:CreatePolicy*', 'iam:DeletePolicy*', 'iam:SetDefaultPolicyVersion'],
      ['*'],
    ),
    deny(
      'NoUsers',
      ['iam:AttachUserPolicy', 'iam:CreateAccessKey', 'iam:CreateUser', 'iam:PutUserPolicy'],
      ['*'],
    ),
    deny('NoLossOfBoundary', ['iam:DeleteRolePermissionsBoundary'], ['*']),
    deny(
      'NoChangeOfBootstrap',
      [
        'iam:AttachRolePolicy',
        'iam:DeleteRole*',
        'iam:PassRole',
        'iam:PutRole*',
        'iam:UpdateAssumeRolePolicy',
      ],
      [globalArn(place, 'iam', `role/cdk-${qualifierOf(place)}-*`)],
    ),
  ];
}

/** The boundaries that a role may be made with. */
export function boundaries(place: Place): string[] {
  return [policyArn(place, 'boundary'), policyArn(place, 'gateway-boundary')];
}
