import process from 'node:process';
import { App } from 'aws-cdk-lib';
import { readStage } from '../config.ts';
import { PermissionsStack } from './permissions-stack.ts';

const app = new App();
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
if (account === undefined || region === undefined) {
  throw new Error(
    'Policies name their account and region: there are no AWS credentials, or no region, to tell them',
  );
}
const stage = readStage((name) => app.node.tryGetContext(name));
new PermissionsStack(app, { account, region, stage });
app.synth();
