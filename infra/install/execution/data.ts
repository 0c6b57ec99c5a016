import { arn, type Place, prefixOf } from '../place.ts';
import { REPOSITORY_ACTIONS } from '../repository-actions.ts';
import { allow, type PolicyDocument, policy } from '../statement.ts';

// The actions are those that the resource types' own schemas name for their handlers
// (test/infra/support/policy/handlers.ts lists them by type); a test demands that nothing is missing here and that nothing
// is beyond them.

/** Tables, buckets, queues, images: what holds something. */
export function executeData(place: Place): PolicyDocument {
  const own = prefixOf(place);
  return policy(
    allow(
      'Tables',
      [
        'dynamodb:CreateTable',
        'dynamodb:DeleteTable',
        'dynamodb:Describe*',
        'dynamodb:ListTagsOfResource',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:UpdateContributorInsights',
        'dynamodb:UpdateTable',
        'dynamodb:UpdateTimeToLive',
      ],
      [arn(place, 'dynamodb', `table/${own}*`)],
    ),
    allow(
      'Buckets',
      [
        's3:CreateBucket',
        's3:DeleteBucket*',
        's3:Get*Configuration',
        's3:GetBucket*',
        's3:ListBucket',
        's3:ListTagsForResource',
        's3:Put*Configuration',
        's3:PutBucket*',
        's3:TagResource',
        's3:UntagResource',
      ],
      [`arn:aws:s3:::${own}*`],
    ),
    allow(
      'Queues',
      [
        'sqs:CreateQueue',
        'sqs:DeleteQueue',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ListQueueTags',
        'sqs:SetQueueAttributes',
        'sqs:TagQueue',
        'sqs:UntagQueue',
      ],
      [arn(place, 'sqs', `${own}*`)],
    ),
    allow('Images', REPOSITORY_ACTIONS, [arn(place, 'ecr', `repository/branchline-${place.stage}`)]),
    allow(
      'Logs',
      [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeSubscriptionFilters',
        'logs:GetDataProtectionPolicy',
        'logs:ListTagsForResource',
        'logs:PutRetentionPolicy',
        'logs:PutSubscriptionFilter',
        'logs:TagResource',
        'logs:UntagResource',
      ],
      [arn(place, 'logs', `log-group:${own}*`)],
    ),
    // The API's access log is a delivery, which has no resource to name.
    allow(
      'LogDeliveries',
      [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      ['*'],
    ),
  );
}
