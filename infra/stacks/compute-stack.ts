import { ArnFormat, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { IpAddresses, type IVpc, Peer, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnGateway, CfnGatewayClusterAssociations, Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, PermissionsBoundary, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { policyName } from '../install/place.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';
import type { AppsPlacement } from '../policies/apps.ts';
import { grant } from '../policies/grant.ts';
import { allow } from '../policies/statements.ts';

/** Opt-in: where apps run. A network without NAT, a cluster, and a gateway whose load balancers come with the first app and
 *  are shared by all. */
export class ComputeStack extends Stack {
  readonly apps: AppsPlacement;

  constructor(scope: Construct, id: string, props: StackProps & { readonly config: StageConfig }) {
    super(scope, id, props);
    const { config } = props;
    const vpc = this.makeNetwork();
    const cluster = this.makeCluster(config, vpc);
    const inbound = this.makeSecurityGroup('GatewayGroup', vpc, 'The gateway of apps: the web may call it');
    inbound.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
    acknowledge(inbound, {
      'AwsSolutions-EC23': 'Apps are public websites: the gateway is what the web calls.',
    });
    const apps = this.makeSecurityGroup(
      'AppsGroup',
      vpc,
      'Apps: the gateway alone calls them, and no app another',
    );
    apps.addIngressRule(inbound, Port.allTcp(), 'The gateway');
    this.makeGateway(config, vpc, cluster, inbound);
    const logGroup = new LogGroup(this, 'AppLogs', {
      retention: config.logRetentionDays,
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const executionRole = this.makeExecutionRole(config, logGroup);
    this.apps = {
      logGroup,
      clusterArn: cluster.clusterArn,
      clusterName: functionName(config, 'apps'),
      executionRoleArn: executionRole.roleArn,
      ecsArn: this.formatArn({ service: 'ecs', resource: '', arnFormat: ArnFormat.NO_RESOURCE_NAME }).replace(
        /:$/,
        '',
      ),
      environment: {
        APPS_CLUSTER: functionName(config, 'apps'),
        APPS_SUBNETS: vpc.publicSubnets.map((subnet) => subnet.subnetId).join(','),
        APPS_SECURITY_GROUPS: apps.securityGroupId,
        APPS_EXECUTION_ROLE_ARN: executionRole.roleArn,
        APPS_LOG_GROUP: logGroup.logGroupName,
      },
    };
  }

  // What ECS itself does for an app: fetch its image, write its log. The app has no role at all.
  private makeExecutionRole(config: StageConfig, logGroup: LogGroup): Role {
    const role = new Role(this, 'ExecutionRole', {
      roleName: functionName(config, 'app-execution'),
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    const images = this.formatArn({
      service: 'ecr',
      resource: 'repository',
      resourceName: `branchline-${config.stage}`,
    });
    grant(role, [
      allow('RegistryLogIn', ['ecr:GetAuthorizationToken'], ['*']),
      allow('PullImages', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [images]),
      allow('WriteAppLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ]);
    return role;
  }

  private makeNetwork(): IVpc {
    const vpc = new Vpc(this, 'Network', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'apps', subnetType: SubnetType.PUBLIC, cidrMask: 18 }],
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, {
      'AwsSolutions-VPC7':
        'Flow logs are paid for by what apps send; an operator who needs them turns them on.',
    });
    // CDK's own classes don't fit its own interfaces under exactOptionalPropertyTypes.
    return vpc as IVpc;
  }

  private makeCluster(config: StageConfig, vpc: IVpc): Cluster {
    const cluster = new Cluster(this, 'Cluster', {
      vpc,
      clusterName: functionName(config, 'apps'),
      containerInsightsV2: ContainerInsights.DISABLED,
    });
    acknowledge(cluster, {
      'AwsSolutions-ECS4': 'Container Insights is paid for by the metric, even while nothing runs.',
    });
    return cluster;
  }

  private makeSecurityGroup(id: string, vpc: IVpc, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc, description, allowAllOutbound: true });
  }

  private makeGateway(config: StageConfig, vpc: IVpc, cluster: Cluster, inbound: SecurityGroup): void {
    const role = new Role(this, 'GatewayRole', {
      roleName: functionName(config, 'gateway'),
      assumedBy: new ServicePrincipal('ecs.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('AmazonECSInfrastructureRoleForGatewayHostSharedALB'),
      ],
    });
    // Load balancers and security groups are beyond what any other role may reach.
    const boundary = policyName(config, 'gateway-boundary');
    PermissionsBoundary.of(role).apply(
      ManagedPolicy.fromManagedPolicyName(this, 'GatewayBoundary', boundary),
    );
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRoleForGatewayHostSharedALB]':
        'ECS makes and keeps the load balancers; the policy is its own and changes with what it does.',
    });
    const gateway = new CfnGateway(this, 'Gateway', {
      gatewayName: functionName(config, 'apps'),
      infrastructureRoleArn: role.roleArn,
      deletionProtection: config.isProtected,
      configuration: {
        hostSharedAlb: {
          scheme: 'internet-facing',
          networkConfiguration: {
            inboundSecurityGroup: inbound.securityGroupId,
            subnets: vpc.publicSubnets.map((subnet) => subnet.subnetId),
          },
        },
      },
    });
    gateway.node.addDependency(role);
    new CfnGatewayClusterAssociations(this, 'GatewayAssociation', {
      cluster: cluster.clusterArn,
      gateway: gateway.ref,
    });
  }
}
