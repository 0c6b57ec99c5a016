import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/domain/builds/index.ts';
import { DeploymentFailedError, type ReleaseSpec } from '../../src/domain/deployments/index.ts';
import { imageEnvironment } from '../builder/environment.ts';
import { readImageReference } from '../builder/images.ts';
import { projectUserId } from '../builder/user.ts';
import type { ProcessSpec } from '../process/index.ts';

/** How a release's commands are run on this machine, but for what differs from run to run. */
export type Launch = Pick<
  ProcessSpec,
  'command' | 'cwd' | 'environment' | 'writable_paths' | 'readable_paths' | 'user_id'
>;

export interface LaunchOptions {
  readonly images_dir: string;
  /** What apps may see of the operator's environment. */
  readonly host_environment: Readonly<Record<string, string>>;
}

const STATIC_SERVER = fileURLToPath(new URL('./static-site/serve.ts', import.meta.url));
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The web process of a release. As on AWS, the image itself is read-only where the sandbox can make it so; `/tmp` and
 *  HOME are the app's to write to. */
export function launchWeb(options: LaunchOptions, spec: ReleaseSpec): Launch {
  const { start } = spec.plan;
  if (start.kind === 'image') {
    throw new DeploymentFailedError('toolchain_missing', 'Its image needs a container engine to run in.');
  }
  if (start.kind !== 'static') return launchCommand(options, spec, start);
  const argv = [process.execPath, STATIC_SERVER, start.site.root] as const;
  const launch = launchCommand(options, spec, {
    kind: 'exec',
    argv: start.site.single_page ? [...argv, 'single-page'] : argv,
  });
  return {
    ...launch,
    readable_paths: [...(launch.readable_paths ?? []), dirname(STATIC_SERVER), NODE_MODULES],
  };
}

/** Any command in a release's image. */
export function launchCommand(options: LaunchOptions, spec: ReleaseSpec, command: Command): Launch {
  const root = readImageReference(options.images_dir, spec.image);
  return {
    command,
    cwd: root,
    environment: imageEnvironment({
      host: options.host_environment,
      plan: spec.plan,
      variables: spec.variables,
      root,
      home: tmpdir(),
    }),
    writable_paths: [],
    readable_paths: [root],
    user_id: projectUserId(spec.service.project_id),
  };
}
