/**
 * What a repository looks like to the build plan. Adapters read and parse the files; the rules only look.
 * Only regular files that lie inside the source tree are listed: a link that leads outside is not.
 */
export interface SourceSnapshot {
  /** Paths relative to the service's root, with `/`, sorted; `.git`, `node_modules` and `.venv` left out. */
  readonly files: readonly string[];
  /** Well-known files with an executable bit. */
  readonly executables: ReadonlySet<string>;
  /** Well-known files (see `well-known-files.ts`) that exist, by path. */
  readonly documents: Readonly<Record<string, SourceDocument>>;
  /** True when the tree has more files than the reader takes: `files` then lacks the deepest ones. */
  readonly truncated: boolean;
}

/** A file's content as the plan needs it. `invalid` says why it could not be parsed. */
export type SourceDocument =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'data'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly reason: string };

/** A command of the plan. `shell` scripts are users' own text and run only inside the build's or app's sandbox. */
export type Command =
  | { readonly kind: 'exec'; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: 'shell'; readonly script: string };

/** A program that has to be on the machine (or in the build image) before anything runs. */
export interface Toolchain {
  /** Name for people: `Node.js`, `Python`, `Go`, `yarn`... */
  readonly name: string;
  /** Program names, any of which will do, best first. */
  readonly commands: readonly [string, ...string[]];
  /** Semver range that the repository asks for, with where it asks. Another version is a warning, not a failure. */
  readonly wanted?: { readonly range: string; readonly source: string };
}

/** How a web service's files are served when it has no process of its own. */
export interface StaticSite {
  /** Folder to serve, relative to the root; `.` is the root itself. */
  readonly root: string;
  /** Unknown paths answer with index.html (a single-page application). */
  readonly single_page: boolean;
}

/** What serves the app: a process of its own, files that the platform serves, or what its own image starts by itself. */
export type Start =
  | Command
  | { readonly kind: 'static'; readonly site: StaticSite }
  | { readonly kind: 'image' };

/** What to do with a repository, decided by pure rules; see {@link planBuild}. */
export interface BuildPlan {
  /** The language or kind that was recognised, as its file's name: node, python, go, static, shell, dockerfile. */
  readonly provider: string;
  /** The repository's own Dockerfile, which the image is made by; the platform writes one where there is none. */
  readonly dockerfile?: string;
  /** What was detected and why: one sentence each, shown in the build log. */
  readonly reasons: readonly string[];
  /** What may surprise the user, shown in the build log at level warn. */
  readonly warnings: readonly string[];
  readonly toolchains: readonly Toolchain[];
  /** Dependencies; run before `build`. */
  readonly install: readonly Command[];
  readonly build: readonly Command[];
  /** Runs once before the release takes over (Procfile `release`, `preDeployCommand`). */
  readonly pre_deploy: readonly Command[];
  readonly start: Start;
  /** Variables for build and run; the user's own variables of the same name win. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders relative to the root that go first on PATH, best first, in build and run. */
  readonly path_prefix: readonly string[];
  readonly health_check: { readonly path: string | null; readonly timeout_s: number };
  readonly restart: { readonly policy: 'always' | 'on_failure' | 'never'; readonly max_retries: number };
}

/** A plan, or why there is none: `reason` is one of the closed list of deployment failures. */
export type BuildPlanResult =
  | { readonly ok: true; readonly plan: BuildPlan }
  | {
      readonly ok: false;
      readonly reason: 'nothing_detected' | 'invalid_config' | 'toolchain_missing';
      /** The particulars for people: what was looked for, or which file and field is wrong. */
      readonly message: string;
    };

/** What the caller knows beyond the source tree. */
export interface PlanOptions {
  /** Key under `environments` in railway.json whose settings apply on top: `production`, `staging`, `pr`... */
  readonly environment_kind?: string;
  /** Whether images are built by a container engine: then a repository's own Dockerfile always wins. */
  readonly builds_dockerfiles?: boolean;
}
