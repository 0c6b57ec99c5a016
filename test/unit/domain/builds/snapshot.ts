import { expect } from 'vitest';
import {
  type BuildPlan,
  type BuildPlanResult,
  type Command,
  type PlanOptions,
  planBuild,
  type SourceDocument,
  type SourceSnapshot,
} from '../../../../src/domain/builds/index.ts';

/** A file's text; an object for a parsed file; an Error for one that could not be parsed. */
export type FileContent = string | object;

/** A source tree as the reader would hand it over. Executable files end in `*`. */
export function snapshot(tree: Readonly<Record<string, FileContent>>): SourceSnapshot {
  const entries = Object.entries(tree).map(([path, content]) => ({
    path: path.replace(/\*$/, ''),
    executable: path.endsWith('*'),
    document: toDocument(content),
  }));
  return {
    files: entries.map(({ path }) => path).sort(),
    executables: new Set(entries.filter(({ executable }) => executable).map(({ path }) => path)),
    documents: Object.fromEntries(entries.map(({ path, document }) => [path, document])),
    truncated: false,
  };
}

/** The plan for a tree; fails the test when there is none. */
export function planOf(tree: Readonly<Record<string, FileContent>>, options?: PlanOptions): BuildPlan {
  const result = planBuild(snapshot(tree), options);
  if (!result.ok) expect.fail(`no plan: ${result.reason}: ${result.message}`);
  return result.plan;
}

/** The failure for a tree; fails the test when there is a plan. */
export function failureOf(
  tree: Readonly<Record<string, FileContent>>,
): Extract<BuildPlanResult, { ok: false }> {
  const result = planBuild(snapshot(tree));
  if (result.ok) expect.fail(`a plan by ${result.plan.provider}`);
  return result;
}

/** Commands as one line each, `sh: ` in front of those that a shell runs. */
export function lines(commands: readonly Command[]): string[] {
  return commands.map((command) =>
    command.kind === 'shell' ? `sh: ${command.script}` : command.argv.join(' '),
  );
}

/** How the plan starts the app, as one line. */
export function startLine({ start }: BuildPlan): string {
  if (start.kind === 'image') return 'image';
  if (start.kind !== 'static') return lines([start])[0] ?? '';
  return `static ${start.site.root}${start.site.single_page ? ' (single page)' : ''}`;
}

function toDocument(content: FileContent): SourceDocument {
  if (typeof content === 'string') return { kind: 'text', text: content };
  return content instanceof Error
    ? { kind: 'invalid', reason: content.message }
    : { kind: 'data', value: content };
}
