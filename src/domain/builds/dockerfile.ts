import { describeCommand } from './commands.ts';
import { basesFor, DEFAULT_REGISTRY, healthProbeImage, staticServerImage } from './dockerfile-bases.ts';
import { dependencyFiles } from './dockerfile-dependencies.ts';
import { STATIC_SERVER_SOURCE } from './dockerfile-static-server.ts';
import { argvOf, envLine, jsonForm, pathLine, runLines } from './dockerfile-text.ts';
import type { BuildPlan, Command, SourceSnapshot, StaticSite } from './model.ts';

/** What the caller knows beyond the plan. */
export interface DockerfileOptions {
  /** The tree that the plan was made from; with it, dependencies are installed before the sources are copied. */
  readonly snapshot?: SourceSnapshot | undefined;
  /** Registry and folder of the base images, without a `/` at the end: a mirror of Docker Hub's official images. */
  readonly registry?: string | undefined;
  /** Names of the variables that install and build commands see; each is handed in as a build secret of that name. */
  readonly build_variables?: readonly string[] | undefined;
}

/** Where apps listen in every image. */
export const CONTAINER_PORT = 8080;
/** The user and group that apps run as. */
export const CONTAINER_USER = '65532:65532';
/** Where the built tree is in every image. */
export const CONTAINER_ROOT = '/app';

const PROBE = '/usr/local/bin/busybox';
const SITE = '/srv';
const SERVER = '/server/serve.mjs';

/**
 * A Dockerfile for a plan: a build stage, and a final stage that holds the built tree alone, runs as nobody in
 * particular and says how it is. Users' text gets into it in the JSON form only, so none of it can be an instruction.
 * @throws RangeError for a plan whose variables or folders no Dockerfile can hold, or whose image isn't ours to make
 */
export function toDockerfile(plan: BuildPlan, options: DockerfileOptions = {}): string {
  const registry = options.registry ?? DEFAULT_REGISTRY;
  const final = plan.start.kind === 'static' ? staticStage(registry) : appStage(plan, registry);
  return `${[
    ...buildStage(plan, options, registry),
    '',
    ...final,
    `USER ${CONTAINER_USER}`,
    `EXPOSE ${CONTAINER_PORT}`,
    `HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ${jsonForm(probe(plan))}`,
    `ENTRYPOINT ${jsonForm(entrypoint(plan))}`,
  ].join('\n')}\n`;
}

/** What of the tree the build doesn't get: the history, and what the build makes itself. */
export function toDockerignore(plan: BuildPlan): string {
  const made = plan.install.length > 0 ? ['**/node_modules', '.venv'] : [];
  return `${['.git', '.branchline', '**/__pycache__', ...made].join('\n')}\n`;
}

function buildStage(plan: BuildPlan, options: DockerfileOptions, registry: string): string[] {
  const { build } = basesFor(plan, registry);
  const manifests = dependencyFiles(plan, options.snapshot);
  const sources = 'COPY [".","./"]';
  const install = runLines([...plan.install, ...verification(plan)], options.build_variables);
  return [
    `FROM ${build} AS build`,
    `WORKDIR ${CONTAINER_ROOT}`,
    // Without libc the binary runs in an empty image.
    ...(plan.provider === 'go' ? [envLine('CGO_ENABLED', '0')] : []),
    ...environment(plan),
    ...(manifests.length === 0 ? [sources, ...install] : [...copyByFolder(manifests), ...install, sources]),
    ...runLines(plan.build, options.build_variables),
    ...(plan.start.kind === 'static' ? siteLines(plan.start.site) : []),
  ];
}

/** What was downloaded is compared with go.sum once more. */
function verification(plan: BuildPlan): Command[] {
  const downloads = plan.install.some((command) => describeCommand(command) === 'go mod download');
  return downloads ? [{ kind: 'exec', argv: ['go', 'mod', 'verify'] }] : [];
}

function copyByFolder(files: readonly string[]): string[] {
  const folders = Map.groupBy(files, (file) => file.slice(0, file.lastIndexOf('/') + 1));
  return [...folders].map(([folder, names]) => `COPY ${jsonForm([...names, `./${folder}`])}`);
}

function environment(plan: BuildPlan): string[] {
  const variables = Object.entries(plan.environment).map(([name, value]) => envLine(name, value));
  return [...variables, ...pathLine(CONTAINER_ROOT, plan.path_prefix)];
}

function appStage(plan: BuildPlan, registry: string): string[] {
  const { final } = basesFor(plan, registry);
  return [
    `FROM ${final}`,
    `WORKDIR ${CONTAINER_ROOT}`,
    ...certificates(final),
    ...environment(plan),
    envLine('PORT', String(CONTAINER_PORT)),
    envLine('HOME', '/tmp'),
    `COPY --from=${healthProbeImage(registry)} ${jsonForm(['/bin/busybox', PROBE])}`,
    `COPY --from=build --chown=${CONTAINER_USER} ${jsonForm([CONTAINER_ROOT, CONTAINER_ROOT])}`,
  ];
}

/** Certificates and time zones, where the base has none. */
function certificates(final: string): string[] {
  if (final === 'scratch') {
    return [
      `COPY --from=build ${jsonForm(['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/'])}`,
      `COPY --from=build ${jsonForm(['/usr/local/go/lib/time/zoneinfo.zip', '/usr/local/share/'])}`,
      envLine('ZONEINFO', '/usr/local/share/zoneinfo.zip'),
      // The folder that memory is mounted on at run time.
      'WORKDIR /tmp',
      `WORKDIR ${CONTAINER_ROOT}`,
    ];
  }
  if (!/\/debian:/.test(final)) return [];
  const script =
    'apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata && rm -rf /var/lib/apt/lists/*';
  return runLines([{ kind: 'shell', script }]);
}

function staticStage(registry: string): string[] {
  return [
    `FROM ${staticServerImage(registry)}`,
    `WORKDIR ${SITE}`,
    envLine('PORT', String(CONTAINER_PORT)),
    envLine('HOME', '/tmp'),
    `COPY --from=${healthProbeImage(registry)} ${jsonForm(['/bin/busybox', PROBE])}`,
    `COPY --from=build ${jsonForm([SERVER, SERVER])}`,
    `COPY --from=build --chown=${CONTAINER_USER} ${jsonForm([SITE, SITE])}`,
  ];
}

// The folder's name is an argument, never text of the script.
function siteLines(site: StaticSite): string[] {
  const copy = `mkdir -p ${SITE} && cp -R -- "$1/." ${SITE}/`;
  const write = `mkdir -p /server && printf %s "$1" > ${SERVER}`;
  return [
    `RUN ${jsonForm(['/bin/sh', '-c', copy, 'sh', `./${site.root}`])}`,
    `RUN ${jsonForm(['/bin/sh', '-c', write, 'sh', STATIC_SERVER_SOURCE])}`,
  ];
}

function entrypoint({ start }: BuildPlan): readonly string[] {
  if (start.kind === 'image') throw new RangeError('The repository’s own Dockerfile makes this image');
  if (start.kind !== 'static') return argvOf(start);
  return ['node', SERVER, SITE, ...(start.site.single_page ? ['single-page'] : [])];
}

/** Without a path, an app that takes connections is well: an API may know no `/`. */
function probe({ health_check }: BuildPlan): readonly string[] {
  if (health_check.path === null) return [PROBE, 'nc', '-z', '127.0.0.1', String(CONTAINER_PORT)];
  const url = `http://127.0.0.1:${CONTAINER_PORT}${health_check.path}`;
  return [PROBE, 'wget', '-q', '-O', '/dev/null', url];
}
