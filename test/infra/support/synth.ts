import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Assets } from '../../../infra/assets/assets.ts';
import { addBranchline } from '../../../infra/branchline.ts';
import { readConfig } from '../../../infra/config.ts';

/** A resource as its template has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>
  >;
}

/** One synthesised stage: its templates by the last part of their stacks' names. */
export type Templates = ReadonlyMap<string, Template>;

const STUB = fileURLToPath(new URL('stub', import.meta.url));
const stubAssets: Assets = {
  functionCode: () => Code.fromAsset(STUB),
  argon2Layer: () => Code.fromAsset(STUB),
};

/** The app of a stage, not synthesised yet. */
export function createApp(context: Readonly<Record<string, unknown>> = {}, outdir?: string): App {
  const file = fileURLToPath(new URL('../../../cdk.json', import.meta.url));
  const { context: defaults } = JSON.parse(readFileSync(file, 'utf8')) as { context: object };
  const app = new App({ context: { ...defaults, ...context }, ...(outdir === undefined ? {} : { outdir }) });
  const read = (name: string): unknown => app.node.tryGetContext(name);
  addBranchline(app, readConfig(read), stubAssets);
  return app;
}

const known = new Map<string, Templates>();

/** The templates of a stage; the same stage is synthesised once a file. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}): Templates {
  const key = JSON.stringify(context);
  const found = known.get(key);
  if (found !== undefined) return found;
  const outdir = mkdtempSync(join(tmpdir(), 'branchline-synth-'));
  try {
    const assembly = createApp(context, outdir).synth();
    const templates = new Map(
      assembly.stacks.map((stack) => [stack.stackName.split('-').at(-1) ?? '', stack.template as Template]),
    );
    known.set(key, templates);
    return templates;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Every resource of some types, in all stacks. */
export function resourcesOf(templates: Templates, type: string) {
  return [...templates].flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ stack, id, resource, properties: resource.Properties ?? {} })),
  );
}

/** A production stage's context. */
export const PROD = { stage: 'prod', appDomain: 'apps.example.com' } as const;
