/** What CloudFormation does with an image repository, whoever's rights it uses: a stage's own, or the one that CDK's bootstrap
 *  makes. */
export const REPOSITORY_ACTIONS = [
  'ecr:CreateRepository',
  'ecr:Delete*Policy',
  'ecr:DeleteRepository',
  'ecr:DescribeRepositories',
  'ecr:Get*Policy',
  'ecr:ListTagsForResource',
  'ecr:PutImageScanningConfiguration',
  'ecr:PutImageTagMutability',
  'ecr:PutLifecyclePolicy',
  'ecr:SetRepositoryPolicy',
  'ecr:TagResource',
  'ecr:UntagResource',
] as const;
