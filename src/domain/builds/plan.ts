import { type Choice, chooseDraft } from './choose.ts';
import { describeCommand, shell } from './commands.ts';
import { InvalidConfigError } from './invalid-config.ts';
import type { BuildPlan, BuildPlanResult, Command, PlanOptions, SourceSnapshot } from './model.ts';
import { type Procfile, parseProcfile } from './procfile.ts';
import { DOCKERFILE, DOCKERFILE_NAMES, NO_ENGINE } from './providers/dockerfile.ts';
import { PROVIDERS } from './providers/index.ts';
import { type RepositoryConfig, readRepositoryConfig } from './repository-config.ts';
import { firstFile, hasFile, textOf } from './snapshot.ts';

/** What the repository states itself, which beats what is detected. */
interface Stated {
  readonly config: RepositoryConfig;
  readonly procfile: Procfile;
  readonly start: Command | null;
  readonly build: Command | null;
}

/**
 * Decides what to do with a source tree. railway.json or railway.toml beats the Procfile, and that beats detection.
 * @returns a plan, or the reason and text of the failure; never throws, whatever the repository holds
 */
export function planBuild(snapshot: SourceSnapshot, options: PlanOptions = {}): BuildPlanResult {
  try {
    return plan(snapshot, options);
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error;
    return { ok: false, reason: 'invalid_config', message: error.message };
  }
}

function plan(snapshot: SourceSnapshot, options: PlanOptions): BuildPlanResult {
  const stated = readStated(snapshot, options);
  if (options.builds_dockerfiles === true) {
    const dockerfile = findDockerfile(snapshot, stated.config);
    if (dockerfile !== null) return { ok: true, plan: dockerfilePlan(snapshot, stated, dockerfile) };
  }
  const choice = chooseDraft(PROVIDERS, { snapshot, start: stated.start, build: stated.build });
  const start = stated.start ?? choice.draft?.start ?? null;
  if (start !== null) return { ok: true, plan: completePlan(snapshot, stated, choice, start) };
  if (choice.unavailable !== null) {
    return { ok: false, reason: 'toolchain_missing', message: toolchainMissing(choice, stated) };
  }
  return { ok: false, reason: 'nothing_detected', message: nothingDetected(choice, stated) };
}

function readStated(snapshot: SourceSnapshot, options: PlanOptions): Stated {
  const config = readRepositoryConfig(snapshot, options.environment_kind);
  const procfile = parseProcfile(textOf(snapshot, 'Procfile') ?? '');
  const start = config.start_command ?? procfile.processes.get('web') ?? null;
  return {
    config,
    procfile,
    start: start === null ? null : shell(start),
    build: config.build_command === null ? null : shell(config.build_command),
  };
}

function completePlan(
  snapshot: SourceSnapshot,
  stated: Stated,
  choice: Choice,
  start: BuildPlan['start'],
): BuildPlan {
  const { config, build } = stated;
  const { draft, provider } = choice;
  return {
    provider: provider ?? 'shell',
    reasons: [...(draft?.reasons ?? []), ...statedReasons(stated)],
    warnings: [
      ...(draft?.warnings ?? []),
      ...choice.warnings,
      ...procfileWarnings(stated.procfile),
      ...config.warnings,
      ...treeWarnings(snapshot, stated, choice),
    ],
    toolchains: draft?.toolchains ?? [],
    install: draft?.install ?? [],
    build: build === null ? (draft?.build ?? []) : [build],
    pre_deploy: preDeploy(stated),
    start,
    environment: draft?.environment ?? {},
    path_prefix: draft?.path_prefix ?? [],
    health_check: config.health_check,
    restart: config.restart,
  };
}

/** @throws InvalidConfigError when the repository names a file that isn't there */
function findDockerfile(
  snapshot: SourceSnapshot,
  { file, dockerfile_path }: RepositoryConfig,
): string | null {
  if (dockerfile_path === null) return firstFile(snapshot, DOCKERFILE_NAMES);
  if (hasFile(snapshot, dockerfile_path)) return dockerfile_path;
  throw new InvalidConfigError(file ?? '', `build.dockerfilePath: there is no file ${dockerfile_path}.`);
}

function dockerfilePlan(snapshot: SourceSnapshot, stated: Stated, dockerfile: string): BuildPlan {
  const choice: Choice = { provider: DOCKERFILE, draft: null, warnings: [], unavailable: null };
  const made = completePlan(snapshot, stated, choice, stated.start ?? { kind: 'image' });
  const unused = stated.build === null ? [] : ['The Dockerfile builds it: build.buildCommand is not run.'];
  return {
    ...made,
    dockerfile,
    build: [],
    reasons: [`${dockerfile} builds its image.`, ...made.reasons],
    warnings: [...unused, ...made.warnings],
  };
}

function preDeploy({ config, procfile }: Stated): Command[] {
  if (config.pre_deploy_commands.length > 0) return config.pre_deploy_commands.map(shell);
  const release = procfile.processes.get('release');
  return release === undefined ? [] : [shell(release)];
}

function statedReasons(stated: Stated): string[] {
  const { config, procfile, start, build } = stated;
  const reasons: string[] = [];
  if (build !== null) reasons.push(`${config.file} (build.buildCommand): ${describeCommand(build)}`);
  if (start !== null) {
    const source = config.start_command === null ? 'Procfile (web)' : `${config.file} (deploy.startCommand)`;
    reasons.push(`${source} starts it: ${describeCommand(start)}`);
  }
  if (config.pre_deploy_commands.length > 0) {
    reasons.push(`${config.file} (deploy.preDeployCommand): ${config.pre_deploy_commands.join(' && ')}`);
  } else if (procfile.processes.has('release')) {
    reasons.push(`Procfile (release) runs before the release: ${procfile.processes.get('release')}`);
  }
  return reasons;
}

function procfileWarnings({ processes, ignored_lines }: Procfile): string[] {
  const warnings: string[] = [];
  const others = [...processes.keys()].filter((name) => name !== 'web' && name !== 'release');
  if (others.length > 0)
    warnings.push(`Procfile: ${others.join(', ')} not run yet; only web and release are.`);
  if (ignored_lines.length > 0) {
    warnings.push(
      `Procfile: line ${ignored_lines.join(', ')} is not of the form NAME: COMMAND, and is ignored.`,
    );
  }
  return warnings;
}

function treeWarnings(
  snapshot: SourceSnapshot,
  { config }: Stated,
  { unavailable, provider }: Choice,
): string[] {
  const warnings: string[] = [];
  if (unavailable !== null) warnings.push(`${unavailable} What else was detected is used.`);
  if (config.dockerfile_path !== null && provider !== DOCKERFILE) {
    warnings.push(`${config.file} asks for ${config.dockerfile_path} (build.dockerfilePath). ${NO_ENGINE}`);
  } else if (unavailable === null && config.wants_dockerfile && provider !== DOCKERFILE) {
    warnings.push(`${config.file} asks for a Dockerfile (build.builder), and there is none in the root.`);
  }
  if (snapshot.truncated)
    warnings.push('The repository has very many files; the deepest were not looked at.');
  return warnings;
}

function toolchainMissing(choice: Choice, stated: Stated): string {
  const message = choice.unavailable ?? '';
  if (choice.draft !== null) return `${message} ${nothingDetected(choice, stated)}`;
  return `${message} Without one, say how to start it: a Procfile with \`web: COMMAND\`, or deploy.startCommand in railway.json.`;
}

function nothingDetected({ draft, provider }: Choice, { procfile }: Stated): string {
  const no_web = procfile.processes.size > 0 ? ' The Procfile has no line `web: COMMAND`.' : '';
  if (draft !== null) {
    const found = `It is a ${provider} project, but nothing says how to start it: ${draft.no_start}.`;
    return `${found}${no_web} Add a Procfile with \`web: COMMAND\`, or deploy.startCommand in railway.json.`;
  }
  const looked_for = PROVIDERS.map(({ name, looks_for }) => `${looks_for} (${name})`).join('; ');
  return `Looked for ${looked_for}; a Procfile with \`web: COMMAND\`; deploy.startCommand in railway.json or railway.toml.${no_web}`;
}
