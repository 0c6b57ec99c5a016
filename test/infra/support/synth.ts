import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** A production stage's context. */
export const PROD = { stage: 'prod', appDomain: 'apps.example.com' } as const;

/** The context of tables that a restore made. */
export const RESTORED = {
  directoryTable: 'branchline-prod-directory-restored',
  tenantsTable: 'branchline-prod-tenants-restored',
  tenantsStreamLabel: '2026-11-25T16:00:00.000',
} as const;

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCES = [
  'cdk.json',
  'package-lock.json',
  '{infra,state-machines,src/contracts,src/adapters/dynamodb,src/domain}/**',
];

/** The templates of a stage. Loading CDK takes seconds, and every file of tests would do it anew: what was synthesised from
 *  the same sources is kept in the temporary folder. */
export async function synthesize(context: Readonly<Record<string, unknown>> = {}): Promise<Templates> {
  const file = join(tmpdir(), `branchline-templates-${hashSources(context)}.json`);
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Template][]);
  } catch {
    // Not synthesised yet.
  }
  const outdir = mkdtempSync(join(tmpdir(), 'branchline-synth-'));
  try {
    const { createApp } = await import('./app.ts');
    const { stacks } = createApp(context, outdir).synth();
    const templates = stacks.map(
      (stack) => [stack.stackName.split('-').at(-1) ?? '', stack.template as Template] as const,
    );
    const text = JSON.stringify(templates);
    // Another process may be doing the same.
    writeFileSync(join(outdir, 'templates.json'), text);
    renameSync(join(outdir, 'templates.json'), file);
    return new Map(JSON.parse(text) as [string, Template][]);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function hashSources(context: object): string {
  const hash = createHash('sha256').update(JSON.stringify(context));
  const entries = globSync(SOURCES, { cwd: CHECKOUT, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...files, fileURLToPath(new URL('app.ts', import.meta.url))].sort()) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 32);
}

/** Every resource of a type, in all stacks. */
export function resourcesOf(templates: Templates, type: string) {
  return [...templates].flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ stack, id, resource, properties: resource.Properties ?? {} })),
  );
}
