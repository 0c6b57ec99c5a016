import process from 'node:process';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundledAssets } from './assets/bundled-assets.ts';
import { addBranchline } from './branchline.ts';
import { readConfig } from './config.ts';

const app = new App();
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
addBranchline(
  app,
  readConfig((name) => app.node.tryGetContext(name)),
  bundledAssets,
  {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  },
);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();
