import * as z from 'zod';
import { InvalidConfigError } from './invalid-config.ts';
import type { SourceSnapshot } from './model.ts';
import { dataOf, hasFile } from './snapshot.ts';

/** What `railway.json` or `railway.toml` says, with defaults for what it leaves out. */
export interface RepositoryConfig {
  /** The file that was read; null when there is none. */
  readonly file: string | null;
  readonly warnings: readonly string[];
  readonly wants_dockerfile: boolean;
  /** Where the repository's Dockerfile is, when it isn't where it is looked for. */
  readonly dockerfile_path: string | null;
  readonly build_command: string | null;
  readonly start_command: string | null;
  readonly pre_deploy_commands: readonly string[];
  readonly health_check: { readonly path: string | null; readonly timeout_s: number };
  readonly restart: { readonly policy: 'always' | 'on_failure' | 'never'; readonly max_retries: number };
}

const JSON_FILE = 'railway.json';
const TOML_FILE = 'railway.toml';

const command = z.string().trim().min(1).nullish();
const buildSchema = z.looseObject({
  buildCommand: command,
  builder: z.string().nullish(),
  dockerfilePath: command,
});
const deploySchema = z.looseObject({
  startCommand: command,
  preDeployCommand: z.union([z.string(), z.array(z.string())]).nullish(),
  healthcheckPath: z.string().trim().min(1).nullish(),
  healthcheckTimeout: z.number().int().min(1).max(86_400).nullish(),
  restartPolicyType: z.enum(['ON_FAILURE', 'ALWAYS', 'NEVER']).nullish(),
  restartPolicyMaxRetries: z.number().int().min(0).max(1_000_000).nullish(),
});
const sectionsSchema = z.looseObject({ build: buildSchema.nullish(), deploy: deploySchema.nullish() });
const configSchema = sectionsSchema.extend({
  environments: z.record(z.string(), sectionsSchema.nullish()).nullish(),
});

type Sections = z.infer<typeof sectionsSchema>;
type Config = z.infer<typeof configSchema>;

const POLICIES = { ON_FAILURE: 'on_failure', ALWAYS: 'always', NEVER: 'never' } as const;
const EFFECTIVE = {
  build: new Set(Object.keys(buildSchema.shape)),
  deploy: new Set(Object.keys(deploySchema.shape)),
};
const SECTIONS = new Set(['$schema', 'build', 'deploy', 'environments']);

/**
 * Reads the repository's own settings. Unknown fields are ignored with a warning that names them.
 * @param environment_kind - the entry of `environments` whose settings go on top
 * @throws InvalidConfigError naming the file and the field
 */
export function readRepositoryConfig(
  snapshot: SourceSnapshot,
  environment_kind: string | undefined,
): RepositoryConfig {
  const file = [JSON_FILE, TOML_FILE].find((name) => dataOf(snapshot, name) !== undefined) ?? null;
  const config = file === null ? {} : parse(file, dataOf(snapshot, file));
  const layers = [config, environmentOf(config, environment_kind)];
  const build = merge(layers.map((layer) => layer.build ?? {}));
  const deploy = merge(layers.map((layer) => layer.deploy ?? {}));
  return {
    file,
    warnings: [...ambiguityWarnings(snapshot, file), ...ignoredWarnings(file, config, layers)],
    wants_dockerfile: build.builder?.toUpperCase() === 'DOCKERFILE',
    dockerfile_path: plainPath(build.dockerfilePath),
    build_command: build.buildCommand ?? null,
    start_command: deploy.startCommand ?? null,
    pre_deploy_commands: commandList(deploy.preDeployCommand),
    health_check: {
      path: healthPath(deploy.healthcheckPath),
      timeout_s: deploy.healthcheckTimeout ?? 300,
    },
    restart: {
      policy: POLICIES[deploy.restartPolicyType ?? 'ON_FAILURE'],
      max_retries: deploy.restartPolicyMaxRetries ?? 10,
    },
  };
}

function parse(file: string, value: unknown): Config {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new InvalidConfigError(file, problems.join('; '));
}

function environmentOf(config: Config, kind: string | undefined): Sections {
  const environments = config.environments ?? {};
  if (kind === undefined || !Object.hasOwn(environments, kind)) return {};
  return environments[kind] ?? {};
}

/** Later layers win, field by field; a null takes the earlier value away. */
function merge<T extends object>(layers: readonly T[]): Partial<T> {
  return Object.assign({}, ...layers);
}

function commandList(value: string | readonly string[] | null | undefined): string[] {
  const commands = typeof value === 'string' ? [value] : (value ?? []);
  return commands.map((text) => text.trim()).filter((text) => text !== '');
}

function healthPath(path: string | null | undefined): string | null {
  if (path === null || path === undefined) return null;
  return path.startsWith('/') ? path : `/${path}`;
}

function plainPath(path: string | null | undefined): string | null {
  return path?.replace(/^(?:\.?\/)+/, '') ?? null;
}

function ambiguityWarnings(snapshot: SourceSnapshot, file: string | null): string[] {
  if (file !== JSON_FILE || !hasFile(snapshot, TOML_FILE)) return [];
  return [`${TOML_FILE} is ignored, because there is a ${JSON_FILE} too.`];
}

function ignoredWarnings(file: string | null, config: Config, layers: readonly Sections[]): string[] {
  const ignored = new Set([
    ...Object.keys(config).filter((key) => !SECTIONS.has(key)),
    ...layers.flatMap((layer) => [
      ...ignoredFields('build', layer.build),
      ...ignoredFields('deploy', layer.deploy),
    ]),
  ]);
  if (file === null || ignored.size === 0) return [];
  return [`${file}: ${[...ignored].join(', ')} ${ignored.size === 1 ? 'has' : 'have'} no effect yet.`];
}

function ignoredFields(section: keyof typeof EFFECTIVE, fields: object | null | undefined): string[] {
  return Object.keys(fields ?? {})
    .filter((key) => !EFFECTIVE[section].has(key))
    .map((key) => `${section}.${key}`);
}
