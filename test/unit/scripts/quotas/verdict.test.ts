import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../scripts/operator/error.ts';
import type { Have } from '../../../../scripts/quotas/account.ts';
import { readArguments } from '../../../../scripts/quotas/arguments.ts';
import { exitCodeOf, type Finding, report, verdictOn } from '../../../../scripts/quotas/verdict.ts';

const known = (value: number): Have => ({ kind: 'known', value });
const UNKNOWN: Have = { kind: 'unknown', reason: 'AccessDeniedException: no' };
const finding = (need: number, have: Have): Finding => ({
  need: {
    name: 'Builds',
    quota: { service: 'codebuild', code: 'L-1', quota_name: 'Builds' },
    need,
    why: '--builds',
  },
  have,
});

describe('the verdict', () => {
  test.each([
    [1, known(1), 'ok'],
    [1, known(2), 'ok'],
    [2, known(1), 'too low'],
    [1, known(0), 'too low'],
    [0.5, known(0.25), 'too low'],
    [0, UNKNOWN, 'unknown'],
  ] as const)('on a need of %d with %j is %s', (need, have, verdict) => {
    expect(verdictOn(finding(need, have))).toBe(verdict);
  });

  const OK = finding(1, known(1));
  const LOW = finding(2, known(1));
  const ASKED = finding(1, UNKNOWN);
  test.each([
    [[], 0],
    [[OK, OK], 0],
    [[OK, ASKED], 2],
    [[ASKED, LOW, OK], 1],
    [[LOW], 1],
  ])('of all together, as an exit code: %#', (findings, code) => {
    expect(exitCodeOf(findings)).toBe(code);
  });
});

describe('the report', () => {
  test('is a table, and says of each that isn’t ok what to do', () => {
    const findings = [finding(1, known(10)), finding(20, known(10)), finding(1, UNKNOWN)];
    expect(report(findings)).toEqual([
      'ceiling  need  have           the need is',
      'Builds   1     10    ok       --builds',
      'Builds   20    10    too low  --builds',
      'Builds   1     ?     unknown  --builds',
      '',
      'Builds is too low. Ask for at least 20; it is free, and takes from minutes to days:',
      '  aws service-quotas request-service-quota-increase --service-code codebuild --quota-code L-1 --desired-value 20',
      '  or: https://console.aws.amazon.com/servicequotas/home/services/codebuild/quotas/L-1',
      '',
      'Builds is unknown. AccessDeniedException: no',
      '  look: https://console.aws.amazon.com/servicequotas/home/services/codebuild/quotas/L-1',
    ]);
  });

  test('has the account’s note beside what the need is made of', () => {
    const [, row] = report([finding(1, { kind: 'known', value: 2, note: 'the default' })]);
    expect(row).toContain('--builds (the default)');
  });
});

describe('the command line of the preflight', () => {
  const read = (...args: string[]) => readArguments(args, new URL('file:///nowhere/cdk.context.json'));

  test('take the operator’s own values as cdk does: over the defaults, under the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-context-'));
    const file = join(folder, 'cdk.context.json');
    writeFileSync(file, JSON.stringify({ stage: 'prod', appDomain: 'apps.example.com', compute: true }));
    const readWith = (...args: string[]) => readArguments(args, pathToFileURL(file)).config;
    expect(readWith()).toMatchObject({ stage: 'prod', appDomain: 'apps.example.com', compute: true });
    expect(readWith('-c', 'stage=staging').stage).toBe('staging');
    rmSync(folder, { recursive: true, force: true });
  });

  test('is the context as for a deploy, over cdk.json’s, and the load', () => {
    expect(read()).toMatchObject({ config: { stage: 'dev' }, load: { builds: 1, apps: 1 } });
    const args = ['-c', 'stage=prod', '--context', 'appDomain=apps.example.com', '-c', 'compute=true'];
    expect(read(...args, '--builds', '5', '--apps', '40')).toMatchObject({
      config: { stage: 'prod', compute: true, architecture: 'arm64' },
      load: { builds: 5, apps: 40 },
    });
  });

  test.each([
    [['-c', 'stage=prod'], 'appDomain is missing'],
    [['-c', 'stage'], '-c stage: name=value is allowed'],
    [['-c', '=prod'], '-c =prod: name=value is allowed'],
    [['--builds', '0'], '--builds is "0": a whole number from 1 to 100000 is allowed'],
    [['--builds', 'many'], '--builds is "many"'],
    [['--apps', '1.5'], '--apps is "1.5"'],
    [['--apps', ''], '--apps is ""'],
    [['--all'], "Unknown option '--all'"],
  ])('is refused with what is wrong: %j', (args, message) => {
    expect(() => read(...args)).toThrow(OperatorError);
    expect(() => read(...args)).toThrow(message);
  });
});
