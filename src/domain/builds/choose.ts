import { programOf } from './commands.ts';
import type { BuildContext, Certainty, Detection, Draft, Provider } from './providers/provider.ts';

/** Which provider's draft becomes the plan. */
export interface Choice {
  readonly provider: string | null;
  /** Null when no provider recognised anything that can be built. */
  readonly draft: Draft | null;
  readonly warnings: readonly string[];
  /** What was recognised, and can't be built here yet. */
  readonly unavailable: string | null;
}

interface Candidate {
  readonly provider: Provider;
  readonly draft: Draft;
}

const ORDER: Readonly<Record<Certainty, number>> = { declared: 0, found: 1, guessed: 2 };

/**
 * Asks every provider, and chooses: the one whose programs the stated start command runs; else one that can
 * be started before one that can't, the surer before the less sure, and then the order of the list.
 */
export function chooseDraft(providers: readonly Provider[], context: BuildContext): Choice {
  const candidates: Candidate[] = [];
  let unavailable: string | null = null;
  for (const provider of providers) {
    const detection: Detection | null = provider.detect(context);
    if (detection?.kind === 'draft') candidates.push({ provider, draft: detection.draft });
    if (detection?.kind === 'unavailable') unavailable = detection.message;
  }
  const program = context.start === null ? null : programOf(context.start);
  const ranked = candidates.toSorted((a, b) => rank(a, program) - rank(b, program));
  const best = withStart(ranked);
  if (best === null) return { provider: null, draft: null, warnings: [], unavailable };
  const others = candidates.filter(({ provider }) => provider !== best.provider);
  return {
    provider: best.provider.name,
    draft: best.draft,
    warnings: othersWarning(best, others),
    unavailable,
  };
}

function rank({ provider, draft }: Candidate, program: string | null): number {
  if (program !== null && provider.programs.includes(program)) return -1;
  // With a stated start command a provider that found none of its own is as good as another.
  const startable = draft.start !== null || program !== null;
  return ORDER[draft.certainty] + (startable ? 0 : 10);
}

/** A start.sh starts a language that is recognised, and doesn't say how it is started. */
function withStart([best, ...rest]: readonly Candidate[]): Candidate | null {
  if (best === undefined) return null;
  const language = rest.find(({ draft }) => draft.start === null && draft.toolchains.length > 0);
  if (best.provider.name !== 'shell' || language === undefined) return best;
  const { draft } = language;
  return {
    provider: language.provider,
    draft: {
      ...draft,
      reasons: [...draft.reasons, ...best.draft.reasons],
      warnings: [...draft.warnings, ...best.draft.warnings],
      toolchains: [...draft.toolchains, ...best.draft.toolchains],
      start: best.draft.start,
    },
  };
}

function othersWarning(best: Candidate, others: readonly Candidate[]): string[] {
  // Pages and a start.sh beside a language mostly belong to it, and a guess is no second language.
  const serious = others.filter(
    ({ draft, provider }) => draft.certainty !== 'guessed' && !['shell', 'static'].includes(provider.name),
  );
  if (serious.length === 0) return [];
  const names = serious.map(({ provider }) => provider.name).join(', ');
  return [
    `Also recognised: ${names}. It is built as ${best.provider.name}; nothing of the others is installed.`,
  ];
}
