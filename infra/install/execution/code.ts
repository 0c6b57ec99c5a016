import { arn, globalArn, type Place, prefixOf, qualifierOf, TRACING_LAYER } from '../place.ts';
import { allow, type PolicyDocument, policy } from '../statement.ts';

// The actions are those that the resource types' own schemas name for their handlers
// (test/infra/support/policy/handlers.ts lists them by type); a test demands that nothing is missing here and that nothing
// is beyond them.

/** Functions, their events and timetable, the API, the state machine, builds, alarms. */
export function executeCode(place: Place): PolicyDocument {
  const own = prefixOf(place);
  const api = `arn:aws:apigateway:${place.region}::`;
  const assets = `cdk-${qualifierOf(place)}-assets-${place.account}-${place.region}`;
  return policy(
    allow('ReadBundles', ['s3:GetObject', 's3:GetObjectVersion'], [`arn:aws:s3:::${assets}/*`]),
    // Each of CDK's templates asks for it.
    allow(
      'ReadBootstrapVersion',
      ['ssm:GetParameters'],
      [arn(place, 'ssm', `parameter/cdk-bootstrap/${qualifierOf(place)}/version`)],
    ),
    allow(
      'Functions',
      [
        'lambda:AddPermission',
        'lambda:CreateFunction',
        'lambda:DeleteFunction*',
        'lambda:GetFunction*',
        'lambda:GetPolicy',
        'lambda:GetRuntimeManagementConfig',
        'lambda:ListTags',
        'lambda:PutFunction*',
        'lambda:PutRuntimeManagementConfig',
        'lambda:RemovePermission',
        'lambda:TagResource',
        'lambda:UntagResource',
        'lambda:UpdateFunction*',
      ],
      [arn(place, 'lambda', `function:${own}*`)],
    ),
    allow(
      'Layers',
      ['lambda:DeleteLayerVersion', 'lambda:GetLayerVersion', 'lambda:PublishLayerVersion'],
      [arn(place, 'lambda', `layer:${own}*`)],
    ),
    // AWS's own, which traces: whoever gives a function a layer has to be allowed to read it.
    allow(
      'TracingLayer',
      ['lambda:GetLayerVersion'],
      [`arn:aws:lambda:${place.region}:*:layer:${TRACING_LAYER}:*`],
    ),
    // A mapping is known by the function that it calls.
    allow(
      'Mappings',
      [
        'lambda:CreateEventSourceMapping',
        'lambda:DeleteEventSourceMapping',
        'lambda:GetEventSourceMapping',
        'lambda:UpdateEventSourceMapping',
      ],
      ['*'],
      { ArnLike: { 'lambda:FunctionArn': arn(place, 'lambda', `function:${own}*`) } },
    ),
    allow(
      'TagMappings',
      ['lambda:ListTags', 'lambda:TagResource', 'lambda:UntagResource'],
      [arn(place, 'lambda', 'event-source-mapping:*')],
    ),
    allow(
      'Events',
      [
        'events:CreateEventBus',
        'events:DeleteEventBus',
        'events:DeleteRule',
        'events:DescribeEventBus',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
        'events:TagResource',
        'events:UntagResource',
      ],
      [arn(place, 'events', `event-bus/${own}*`), arn(place, 'events', `rule/${own}*`)],
    ),
    allow(
      'Schedules',
      [
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ],
      [arn(place, 'scheduler', `schedule/default/${own}*`)],
    ),
    allow(
      'StateMachine',
      [
        'states:CreateStateMachine',
        'states:DeleteStateMachine',
        'states:DescribeStateMachine',
        'states:ListTagsForResource',
        'states:TagResource',
        'states:UntagResource',
        'states:UpdateStateMachine',
      ],
      [arn(place, 'states', `stateMachine:${own}*`)],
    ),
    allow(
      'Builds',
      [
        'codebuild:BatchGetProjects',
        'codebuild:CreateProject',
        'codebuild:DeleteProject',
        'codebuild:UpdateProject',
      ],
      [arn(place, 'codebuild', `project/${own}*`)],
    ),
    // An API has no name in its ARN, only an id that it is given.
    allow(
      'Api',
      [
        'apigateway:DELETE',
        'apigateway:GET',
        'apigateway:PATCH',
        'apigateway:POST',
        'apigateway:PUT',
        'apigateway:TagResource',
      ],
      [`${api}/apis`, `${api}/apis/*`, `${api}/tags/*`],
    ),
    allow(
      'Alarms',
      [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
      [arn(place, 'cloudwatch', `alarm:${own}*`)],
    ),
    allow('LookAtAlarms', ['cloudwatch:DescribeAlarms'], [arn(place, 'cloudwatch', 'alarm:*')]),
    allow(
      'Dashboards',
      ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard', 'cloudwatch:PutDashboard'],
      [globalArn(place, 'cloudwatch', `dashboard/${own}*`)],
    ),
    allow(
      'Topics',
      [
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:GetDataProtectionPolicy',
        'sns:GetTopicAttributes',
        'sns:ListSubscriptionsByTopic',
        'sns:ListTagsForResource',
        'sns:SetTopicAttributes',
        'sns:Subscribe',
        'sns:TagResource',
        'sns:UntagResource',
      ],
      [arn(place, 'sns', `${own}*`)],
    ),
    allow(
      'Subscriptions',
      ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
      ['*'],
    ),
  );
}
