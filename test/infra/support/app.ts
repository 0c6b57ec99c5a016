import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Assets } from '../../../infra/assets/assets.ts';
import { addBranchline } from '../../../infra/branchline.ts';
import { readConfig } from '../../../infra/config.ts';

const STUB = fileURLToPath(new URL('stub', import.meta.url));
const stubAssets: Assets = {
  functionCode: () => Code.fromAsset(STUB),
  argon2Layer: () => Code.fromAsset(STUB),
};

/** The app of a stage, not synthesised yet; a stub stands for every bundle. */
export function createApp(context: Readonly<Record<string, unknown>> = {}, outdir?: string): App {
  const file = fileURLToPath(new URL('../../../cdk.json', import.meta.url));
  const { context: defaults } = JSON.parse(readFileSync(file, 'utf8')) as { context: object };
  const app = new App({ context: { ...defaults, ...context }, ...(outdir === undefined ? {} : { outdir }) });
  const read = (name: string): unknown => app.node.tryGetContext(name);
  addBranchline(app, readConfig(read), stubAssets);
  return app;
}
