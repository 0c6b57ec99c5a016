import type { BuildPlan, Command, SourceSnapshot, Start } from '../model.ts';

/** What a provider decides from: the tree, and the commands that the repository states itself. */
export interface BuildContext {
  readonly snapshot: SourceSnapshot;
  /** Start command from railway.json or the Procfile; then the provider's own is not used. */
  readonly start: Command | null;
  /** Build command from railway.json; replaces the provider's build step. */
  readonly build: Command | null;
}

/** A provider's part of the plan. */
export interface Draft
  extends Pick<
    BuildPlan,
    'reasons' | 'warnings' | 'toolchains' | 'install' | 'build' | 'environment' | 'path_prefix'
  > {
  /** Null when the language is recognised, but nothing in the repository says how to start it. */
  readonly start: Start | null;
  /** What was looked for, when `start` is null. */
  readonly no_start: string;
  /** How sure it is. The surest provider wins; among equals, the first in the list. */
  readonly certainty: Certainty;
}

/** `declared`: a manifest says so; `found`: files of that kind are there; `guessed`: might be something else. */
export type Certainty = 'declared' | 'found' | 'guessed';

/** `unavailable`: recognised, but this installation can't build it yet. */
export type Detection =
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'unavailable'; readonly message: string };

/** One language or kind of repository. */
export interface Provider {
  readonly name: string;
  /** For people who wonder why nothing was found: the files that it goes by. */
  readonly looks_for: string;
  /** Programs that a stated start command of this language begins with. */
  readonly programs: readonly string[];
  /** @throws InvalidConfigError when a file that it goes by is wrong */
  readonly detect: (context: BuildContext) => Detection | null;
}

const EMPTY: Draft = {
  reasons: [],
  warnings: [],
  toolchains: [],
  install: [],
  build: [],
  start: null,
  no_start: '',
  environment: {},
  path_prefix: [],
  certainty: 'declared',
};

/** A detection with what the provider says, and nothing for the rest. */
export function draft(parts: Partial<Draft>): Detection {
  return { kind: 'draft', draft: { ...EMPTY, ...parts } };
}
