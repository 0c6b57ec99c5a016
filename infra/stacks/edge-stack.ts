import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { ConfigError, type StageConfig } from '../config.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';

interface EdgeProps extends StackProps {
  readonly config: StageConfig;
  readonly api: HttpApi;
}

// In any five minutes; the API's own limits are finer, this one stops floods before they are paid for.
const REQUESTS_PER_ADDRESS = 2000;
// Web ACLs of CloudFront are there and nowhere else.
const EDGE_REGION = 'us-east-1';

/** Opt-in: CloudFront and WAF before the API. It costs a web ACL and two rules a month (docs/costs.md). The API's own
 *  address stays reachable, since HTTP APIs can't be told to take CloudFront's requests alone. */
class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id, props);
    const webAcl = this.makeWebAcl(props.config);
    const distribution = new Distribution(this, 'Distribution', {
      comment: functionName(props.config, 'api'),
      webAclId: webAcl.attrArn,
      defaultBehavior: {
        origin: new HttpOrigin(Fn.select(2, Fn.split('/', props.api.apiEndpoint))),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        // Answers are each caller's own.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
    });
    acknowledge(distribution, {
      'AwsSolutions-CFR1': 'Which countries may use an installation is its operator’s decision.',
      'AwsSolutions-CFR3': 'The API’s own access log has every request that passes.',
      'AwsSolutions-CFR4': 'It has CloudFront’s own certificate until the operator gives it a domain.',
    });
    new CfnOutput(this, 'EdgeUrl', { value: `https://${distribution.distributionDomainName}` });
  }

  private makeWebAcl(config: StageConfig): CfnWebACL {
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: false,
      sampledRequestsEnabled: true,
      metricName,
    });
    return new CfnWebACL(this, 'WebAcl', {
      name: functionName(config, 'edge'),
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('edge'),
      rules: [
        {
          name: 'floods',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
          visibilityConfig: visible('floods'),
        },
        {
          name: 'known-bad-inputs',
          priority: 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesKnownBadInputsRuleSet' },
          },
          visibilityConfig: visible('known-bad-inputs'),
        },
      ],
    });
  }
}

/** Adds the edge. @throws ConfigError in a region that can't have it */
export function addEdge(scope: Construct, id: string, props: EdgeProps): void {
  const region = props.env?.region;
  if (region !== undefined && region !== EDGE_REGION) {
    throw new ConfigError([`edge is true: allowed is that in ${EDGE_REGION} alone, and this is ${region}`]);
  }
  new EdgeStack(scope, id, props);
}
