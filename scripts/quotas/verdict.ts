import { EXIT } from '../operator/run.ts';
import type { Have } from './account.ts';
import type { Need } from './needs.ts';

/** One ceiling, with what the account has of it. */
export interface Finding {
  readonly need: Need;
  readonly have: Have;
}

type Verdict = 'ok' | 'too low' | 'unknown';

/** Whether what the account has is enough; unknown where it didn't say. */
export function verdictOn({ need, have }: Finding): Verdict {
  if (have.kind === 'unknown') return 'unknown';
  return have.value >= need.need ? 'ok' : 'too low';
}

/** @returns 1 where something is too low, else 2 where something is unknown, else 0 */
export function exitCodeOf(findings: readonly Finding[]): number {
  const verdicts = findings.map(verdictOn);
  if (verdicts.includes('too low')) return EXIT.wanting;
  return verdicts.includes('unknown') ? EXIT.failed : EXIT.ok;
}

/** The findings as lines: a table, then what to do about each that isn't ok. */
export function report(findings: readonly Finding[]): readonly string[] {
  const rows = findings.map((finding) => [
    finding.need.name,
    String(finding.need.need),
    finding.have.kind === 'known' ? String(finding.have.value) : '?',
    verdictOn(finding),
    notesOn(finding),
  ]);
  return [...align([['ceiling', 'need', 'have', '', 'the need is'], ...rows]), ...findings.flatMap(whatToDo)];
}

function notesOn({ need, have }: Finding): string {
  return have.kind === 'known' && have.note !== undefined ? `${need.why} (${have.note})` : need.why;
}

function whatToDo(finding: Finding): readonly string[] {
  const { need, have } = finding;
  const { service, code } = need.quota;
  if (have.kind === 'unknown') {
    return ['', `${need.name} is unknown. ${have.reason}`, `  look: ${consoleOf(finding)}`];
  }
  if (verdictOn(finding) === 'ok') return [];
  const ask = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code}`;
  return [
    '',
    `${need.name} is too low. Ask for at least ${need.need}; it is free, and takes from minutes to days:`,
    `  ${ask} --desired-value ${need.need}`,
    `  or: ${consoleOf(finding)}`,
  ];
}

function consoleOf({ need: { quota } }: Finding): string {
  return `https://console.aws.amazon.com/servicequotas/home/services/${quota.service}/quotas/${quota.code}`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
