import * as z from 'zod';
import type { SourceSnapshot } from '../../model.ts';
import { dataOf, insideTree } from '../../snapshot.ts';

const text = z.string().optional().catch(undefined);
const builderSchema = z.looseObject({
  builder: text,
  options: z
    .looseObject({
      outputPath: z
        .union([z.string(), z.looseObject({ base: text, browser: text })])
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const targetsSchema = z.looseObject({ build: builderSchema.optional().catch(undefined) }).optional();
const schema = z.looseObject({
  defaultProject: text,
  projects: z.record(
    z.string(),
    z.looseObject({
      projectType: text,
      architect: targetsSchema.catch(undefined),
      targets: targetsSchema.catch(undefined),
    }),
  ),
});

/** The folder that `ng build` fills, by angular.json; null when that doesn't say. */
export function angularOutput(snapshot: SourceSnapshot): string | null {
  const parsed = schema.safeParse(dataOf(snapshot, 'angular.json'));
  if (!parsed.success) return null;
  const { projects, defaultProject } = parsed.data;
  const apps = Object.entries(projects).filter(([, project]) => project.projectType !== 'library');
  const [name, project] = apps.find(([key]) => key === defaultProject) ?? apps[0] ?? [];
  const build = (project?.architect ?? project?.targets)?.build;
  if (name === undefined || build === undefined) return null;
  return insideTree(outputFolder(name, build));
}

function outputFolder(name: string, build: z.infer<typeof builderSchema>): string {
  const path = build.options?.outputPath;
  if (typeof path === 'object') return `${path.base ?? `dist/${name}`}/${path.browser ?? 'browser'}`;
  const base = path ?? `dist/${name}`;
  // The application builder puts what browsers get into a folder of its own.
  return (build.builder ?? '').endsWith(':application') ? `${base}/browser` : base;
}
