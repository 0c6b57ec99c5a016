import { delimiter, join } from 'node:path';
import type { BuildPlan } from '../../src/domain/builds/index.ts';

/** The exact environment of a command in an image: the machine's part, the plan's, the user's and the platform's
 *  variables, in rising order of precedence; then what only this machine knows.
 *  @param host - what the machine gives (see hostEnvironment and appHostEnvironment)
 *  @param root - the image's folder, absolute
 *  @param home - the command's HOME */
export function imageEnvironment(input: {
  readonly host: Readonly<Record<string, string>>;
  readonly plan: BuildPlan;
  readonly variables: Readonly<Record<string, string>>;
  readonly root: string;
  readonly home: string;
}): Record<string, string> {
  const { host, plan, variables, root, home } = input;
  const prefix = plan.path_prefix.map((folder) => join(root, folder));
  const path = variables['PATH'] ?? host['PATH'] ?? '';
  return {
    ...host,
    ...plan.environment,
    ...variables,
    HOME: home,
    PATH: [...prefix, path].join(delimiter),
  };
}
