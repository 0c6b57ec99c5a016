import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const RUNBOOKS = new URL('../../docs/runbooks/', import.meta.url);
const alarms = resourcesOf(
  await synthesize({ ...PROD, alarmEmail: 'ops@example.com' }),
  'AWS::CloudWatch::Alarm',
).map(({ properties }) => ({
  name: String(properties['AlarmName']).replace('branchline-prod-', ''),
  description: String(properties['AlarmDescription']),
  actions: properties['AlarmActions'] as unknown[],
}));

function runbookOf(description: string): string {
  return / Runbook: docs\/runbooks\/([\w-]+\.md)$/.exec(description)?.[1] ?? 'none';
}

describe.each(alarms)('the alarm $name', ({ description, actions }) => {
  test('links a runbook, which is there and says what to do', () => {
    const file = new URL(runbookOf(description), RUNBOOKS);
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, 'utf8');
    for (const heading of ['## What it means', '## Look first', '## Do', '## Afterwards']) {
      expect(text).toContain(heading);
    }
  });

  test('tells somebody', () => {
    expect(actions).toHaveLength(1);
  });
});

test('no runbook is left without its alarm', () => {
  const files = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
  const linked = new Set(alarms.map(({ description }) => runbookOf(description)));
  expect(files.toSorted()).toEqual([...linked].toSorted());
});

test('polling by Retry raises no alarm: none watches errors of the deployment’s functions', async () => {
  const watched = resourcesOf(await synthesize(PROD), 'AWS::CloudWatch::Alarm')
    .filter(({ properties }) => properties['Namespace'] === 'AWS/Lambda')
    .map(({ properties }) => properties['MetricName']);
  expect(watched).toEqual(['IteratorAge']);
});
