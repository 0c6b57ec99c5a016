import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { createApp } from './support/app.ts';
import { PROD, RESTORED } from './support/synth.ts';

const CONTEXTS = [
  ['dev', {}],
  ['prod', { ...PROD, alarmEmail: 'ops@example.com', mailFrom: 'paas@example.com' }],
  ['dev with all that is opt-in', { edge: true, compute: true, cache: true }],
  ['prod with restored tables', { ...PROD, ...RESTORED }],
] as const;

describe.each(CONTEXTS)('the stacks of %s', (_name, context) => {
  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('have no finding of cdk-nag’s %s pack', (_pack, Pack) => {
    const app = createApp(context);
    app.synth();
    const { violations } = new Pack(app).validateScope(app);
    const found = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(found).toEqual([]);
  });

  test('give a reason for each finding that they accept', () => {
    const app = createApp(context);
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      // CDK accepts warnings of its own.
      .filter(([id]) => /AwsSolutions|Serverless/.test(id))
      .map(([, reason]) => reason);
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^.{20,}\.$|^.*: -c \S+=true\.$/);
  });
});
