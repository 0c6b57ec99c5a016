import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const RUNBOOKS = new URL('../../docs/runbooks/', import.meta.url);
const alarms = resourcesOf(
  synthesize({ ...PROD, alarmEmail: 'ops@example.com' }),
  'AWS::CloudWatch::Alarm',
).map(({ properties }) => ({
  name: String(properties['AlarmName']).replace('branchline-prod-', ''),
  description: String(properties['AlarmDescription']),
  actions: properties['AlarmActions'] as unknown[],
}));

describe.each(alarms)('the alarm $name', ({ name, description, actions }) => {
  test('links its runbook, which is there and says what to do', () => {
    expect(description).toContain(`docs/runbooks/${name}.md`);
    const file = new URL(`${name}.md`, RUNBOOKS);
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
  expect(files.toSorted()).toEqual(alarms.map(({ name }) => `${name}.md`).toSorted());
});

test('polling by Retry raises no alarm: none watches errors of the deployment’s functions', () => {
  const watched = resourcesOf(synthesize(PROD), 'AWS::CloudWatch::Alarm')
    .filter(({ properties }) => properties['Namespace'] === 'AWS/Lambda')
    .map(({ properties }) => properties['MetricName']);
  expect(watched).toEqual(['IteratorAge']);
});
