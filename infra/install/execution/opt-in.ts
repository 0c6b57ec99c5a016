import { arn, globalArn, type Place, prefixOf } from '../place.ts';
import { allow, type PolicyDocument, policy } from '../statement.ts';

// The actions are those that the resource types' own schemas name for their handlers
// (test/infra/support/policy/handlers.ts lists them by type); a test demands that nothing is missing here and that nothing
// is beyond them.

/** The opt-in stacks: CloudFront and WAF; a network, a cluster and a gateway. */
export function executeOptIn(place: Place): PolicyDocument {
  const own = prefixOf(place);
  const ec2 = (...types: string[]) => types.map((type) => arn(place, 'ec2', `${type}/*`));
  const tagged = { StringEquals: { 'aws:ResourceTag/application': 'branchline' } };
  return policy(
    allow('CreateDistribution', ['cloudfront:CreateDistribution*'], ['*']),
    allow(
      'Distributions',
      [
        'cloudfront:DeleteDistribution',
        'cloudfront:GetDistribution*',
        'cloudfront:ListTagsForResource',
        'cloudfront:TagResource',
        'cloudfront:UntagResource',
        'cloudfront:UpdateDistribution',
      ],
      [globalArn(place, 'cloudfront', 'distribution/*')],
    ),
    allow(
      'Firewall',
      [
        'wafv2:CreateWebACL',
        'wafv2:DeleteWebACL',
        'wafv2:GetWebACL',
        'wafv2:ListTagsForResource',
        'wafv2:TagResource',
        'wafv2:UntagResource',
        'wafv2:UpdateWebACL',
      ],
      [arn(place, 'wafv2', `global/webacl/${own}*/*`), arn(place, 'wafv2', 'global/managedruleset/*/*')],
    ),
    allow(
      'Cluster',
      [
        'ecs:CreateCluster',
        'ecs:DeleteCluster',
        'ecs:DescribeClusters',
        'ecs:ListTagsForResource',
        'ecs:PutClusterCapacityProviders',
        'ecs:TagResource',
        'ecs:UntagResource',
        'ecs:UpdateCluster*',
      ],
      [arn(place, 'ecs', `cluster/${own}*`)],
    ),
    // Which of these take a resource isn't written down anywhere that could be read when this was.
    allow(
      'Gateway',
      [
        'ecs:AssociateGatewayWithCluster',
        'ecs:CreateGateway',
        'ecs:DeleteGateway',
        'ecs:DescribeGateway',
        'ecs:DisassociateGatewayFromCluster',
        'ecs:ListGatewayClusterAssociations',
        'ecs:UpdateGateway',
      ],
      ['*'],
    ),
    allow(
      'TagGateway',
      ['ecs:ListTagsForResource', 'ecs:TagResource', 'ecs:UntagResource'],
      [arn(place, 'ecs', `gateway/${own}*`)],
    ),
    allow('LookAtNetworks', ['ec2:Describe*'], ['*']),
    allow(
      'MakeNetwork',
      [
        'ec2:AssociateRouteTable',
        'ec2:AttachInternetGateway',
        'ec2:CreateInternetGateway',
        'ec2:CreateRoute',
        'ec2:CreateRouteTable',
        'ec2:CreateSecurityGroup',
        'ec2:CreateSubnet',
        'ec2:CreateTags',
        'ec2:CreateVpc',
        'ec2:ModifySubnetAttribute',
        'ec2:ModifyVpcAttribute',
      ],
      ec2('internet-gateway', 'route-table', 'security-group', 'security-group-rule', 'subnet', 'vpc'),
    ),
    // What opens or takes away demands the tag that all of the stack's resources have, or it could be anybody's.
    allow(
      'ChangeOwnNetwork',
      [
        'ec2:AuthorizeSecurityGroup*',
        'ec2:DeleteInternetGateway',
        'ec2:DeleteRoute',
        'ec2:DeleteRouteTable',
        'ec2:DeleteSecurityGroup',
        'ec2:DeleteSubnet',
        'ec2:DeleteTags',
        'ec2:DeleteVpc',
        'ec2:DetachInternetGateway',
        'ec2:DisassociateRouteTable',
        'ec2:ReplaceRoute*',
        'ec2:RevokeSecurityGroup*',
        'ec2:UpdateSecurityGroupRuleDescriptions*',
      ],
      ec2('internet-gateway', 'route-table', 'security-group', 'subnet', 'vpc'),
      tagged,
    ),
  );
}
