import {
  type App,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  PermissionsBoundary,
  type StackProps,
  Tags,
} from 'aws-cdk-lib';
import type { Assets } from './assets/assets.ts';
import type { StageConfig } from './config.ts';
import type { FunctionContext } from './constructs/function-context.ts';
import { policyName, prefixOf, qualifierOf } from './install/place.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { ComputeStack } from './stacks/compute-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { addEdge } from './stacks/edge-stack.ts';
import { EventsStack } from './stacks/events-stack.ts';
import { IdentityStack } from './stacks/identity-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { OrchestrationStack } from './stacks/orchestration-stack.ts';

/** Makes every stack of one stage. */
export function addBranchline(
  app: App,
  config: StageConfig,
  assets: Assets,
  env: NonNullable<StackProps['env']> = {},
): void {
  const id = (name: string) => `${prefixOf(config)}${name}`;
  const common = {
    env,
    config,
    terminationProtection: config.isProtected,
    // CDK's own classes don't fit its own interfaces under exactOptionalPropertyTypes.
    synthesizer: new DefaultStackSynthesizer({ qualifier: qualifierOf(config) }) as IStackSynthesizer,
    // It reaches every role, those too that CDK makes of its own accord.
    permissionsBoundary: PermissionsBoundary.fromName(policyName(config, 'boundary')),
  };
  Tags.of(app).add('application', 'branchline');
  Tags.of(app).add('stage', config.stage);

  const data = new DataStack(app, id('data'), common);
  const identity = new IdentityStack(app, id('identity'), { ...common, data });
  // Its imports are names, which CDK doesn't count: without this, `cdk destroy` begins with the data.
  identity.addStackDependency(data);
  const context: FunctionContext = {
    config,
    assets,
    tables: data.tables,
    bucket: data.bucket,
    tenantRole: identity.tenantRole,
    twoTableRole: identity.twoTableRole,
  };
  const { api } = new ApiStack(app, id('api'), { ...common, context });
  const apps = config.compute ? new ComputeStack(app, id('compute'), common).apps : undefined;
  const orchestration = new OrchestrationStack(app, id('orchestration'), { ...common, context, apps });
  const events = new EventsStack(app, id('events'), {
    ...common,
    context,
    orchestration,
    apps,
  });
  new ObservabilityStack(app, id('observability'), { ...common, api, orchestration, events });
  if (config.edge) addEdge(app, id('edge'), { ...common, api });
}
