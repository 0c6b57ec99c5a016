/** Which files the plan wants to read, and how. */
export interface WellKnownFile {
  /** Path relative to the root; `*` stands for any characters but `/`. */
  readonly pattern: string;
  readonly format: 'text' | 'json' | 'toml';
  /** Only this much of the beginning is needed. Without it a file over the reader's limit is invalid. */
  readonly head_bytes?: number;
  /** At most so many files of this pattern, in order of path. */
  readonly at_most?: number;
}

const KIB = 1024;

/** Every file whose content the rules look at; the first pattern that fits decides. */
export const WELL_KNOWN_FILES: readonly WellKnownFile[] = [
  ...['package.json', 'railway.json', 'angular.json'].map((pattern) => ({
    pattern,
    format: 'json' as const,
  })),
  ...['railway.toml', 'pyproject.toml', 'Pipfile'].map((pattern) => ({ pattern, format: 'toml' as const })),
  ...[
    'Procfile',
    'Staticfile',
    '.nvmrc',
    '.node-version',
    '.python-version',
    'runtime.txt',
    'go.mod',
    'start.sh',
    '.yarnrc.yml',
    'pnpm-workspace.yaml',
    '.eleventy.js',
  ].map((pattern) => ({ pattern, format: 'text' as const, head_bytes: 64 * KIB })),
  ...['requirements*.txt', 'requirements/*.txt'].map((pattern) => ({
    pattern,
    format: 'text' as const,
    head_bytes: 64 * KIB,
    at_most: 20,
  })),
  ...['vite', 'next', 'astro', 'svelte', 'eleventy'].map((tool) => ({
    pattern: `${tool}.config.*`,
    format: 'text' as const,
    head_bytes: 64 * KIB,
    at_most: 5,
  })),
  ...['yarn.lock', 'pnpm-lock.yaml'].map((pattern) => ({
    pattern,
    format: 'text' as const,
    head_bytes: 4 * KIB,
  })),
  { pattern: '*.py', format: 'text', head_bytes: 64 * KIB, at_most: 50 },
  { pattern: '*/*.py', format: 'text', head_bytes: 64 * KIB, at_most: 150 },
  { pattern: '*.go', format: 'text', head_bytes: 16 * KIB, at_most: 50 },
];

const MATCHERS = WELL_KNOWN_FILES.map((file) => ({ file, matcher: toMatcher(file.pattern) }));

/** How to read that path; null when the plan has no use for its content. */
export function wellKnownFile(path: string): WellKnownFile | null {
  return MATCHERS.find(({ matcher }) => matcher.test(path))?.file ?? null;
}

function toMatcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*');
  return new RegExp(`^${escaped}$`);
}
