import { describe, expect, test } from 'vitest';

import { createResolver, logicalId } from './support/policy/resolve.ts';
import { PROD, RESTORED, resourcesOf, synthesize, type Templates } from './support/synth.ts';

const OPT_IN = { ...PROD, compute: true, edge: true };
const before = await synthesize(OPT_IN);
const after = await synthesize({ ...OPT_IN, ...RESTORED });

const own = (prefix: 'Tenants' | 'Directory') =>
  `data/${logicalId(before.get('data'), 'AWS::DynamoDB::Table', prefix)}`;
const arnOf = (name: string) => `arn:aws:dynamodb:<region>:<account>:table/${name}`;

// How each reference to a table of the data stack must read once the restored ones are in use.
const SWITCHED: readonly (readonly [string, string])[] = [
  [`<${own('Tenants')}.StreamArn>`, `${arnOf(RESTORED.tenantsTable)}/stream/${RESTORED.tenantsStreamLabel}`],
  [`<${own('Tenants')}.Arn>`, arnOf(RESTORED.tenantsTable)],
  [`<${own('Directory')}.Arn>`, arnOf(RESTORED.directoryTable)],
  [`<${own('Tenants')}>`, RESTORED.tenantsTable],
  [`<${own('Directory')}>`, RESTORED.directoryTable],
];

/** Every resource of the stacks that use the tables, its references resolved. */
function resolvedResources(templates: Templates): string {
  const resolve = createResolver(templates);
  const stacks = [...templates].filter(([stack]) => stack !== 'data');
  const resources = stacks.map(([stack, { Resources }]) => [
    stack,
    Object.entries(Resources).map(([id, { Properties }]) => [id, resolve(stack, Properties)]),
  ]);
  return JSON.stringify(resources, null, 1);
}

describe('with the names of restored tables', () => {
  test('everything that referred to a table refers to the restored one, and nothing else changes', () => {
    const text = resolvedResources(before);
    for (const [reference] of SWITCHED) expect(text).toContain(reference);

    const wanted = SWITCHED.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    const found = resolvedResources(after);

    expect(found).toBe(wanted);
    expect(found).not.toMatch(/<data\/(Tenants|Directory)/);
  });

  test('the tables before stay in their stack, protected, and stay exported until nobody imports them', () => {
    expect(after.get('data')).toEqual(before.get('data'));
    for (const { properties, resource } of resourcesOf(after, 'AWS::DynamoDB::Table')) {
      expect(resource.DeletionPolicy).toBe('Retain');
      expect(properties['DeletionProtectionEnabled']).toBe(true);
    }
  });
});
