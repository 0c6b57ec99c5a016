import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Bundle, bundle } from '../../infra/assets/bundled-assets.ts';
import { FUNCTIONS } from '../../infra/functions.ts';
import type { Statement } from './support/policy/evaluate.ts';
import { readRoles } from './support/policy/roles.ts';
import { synthesize } from './support/synth.ts';

const BUDGET_KB = 700;
const BYTES_PER_KB = 1000;

/** The services that have an SDK client in bundles, as IAM's actions name them. All others are signed calls: docs/adr/0014. */
const CLIENTS: Readonly<Record<string, string>> = {
  dynamodb: 'client-dynamodb',
  ecs: 'client-ecs',
  events: 'client-eventbridge',
  states: 'client-sfn',
};
const SDK_CLIENT = /node_modules\/@aws-sdk\/(client-[^/]+|nested-clients)\//;

const roles = readRoles(await synthesize({ edge: true, compute: true }), 'dev');
const bundles = new Map([...FUNCTIONS].map(([name, { entry }]) => [name, bundle(entry)] as const));

/** The SDK clients in a bundle. */
function clientsIn({ metafile }: Bundle): string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const clients = inputs.flatMap((input) => SDK_CLIENT.exec(input)?.[1] ?? []);
  return [...new Set(clients)].sort();
}

/** The clients of the services that a function may call, by its own role or by those that it becomes. */
function clientsFor(name: string): string[] {
  const services = new Set(
    statementsOf(name)
      .flatMap(actionsOf)
      .map((action) => action.split(':')[0] ?? ''),
  );
  return [...services].flatMap((service) => CLIENTS[service] ?? []).sort();
}

function statementsOf(name: string): readonly Statement[] {
  const own = roles.get(name)?.statements ?? [];
  const assumed = own
    .filter((statement) => actionsOf(statement).includes('sts:AssumeRole'))
    .flatMap(({ Resource = [] }) => Resource);
  const others = [...roles.values()].filter(({ stack, id }) => assumed.includes(`<${stack}/${id}.Arn>`));
  if (others.length < assumed.length) throw new Error(`A role that ${name} becomes isn't known`);
  return [...own, ...others.flatMap(({ statements }) => statements)];
}

function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

describe('the bundle of', () => {
  test.each([...bundles])('%s stays within its budget', (_name, { file }) => {
    expect(statSync(file).size / BYTES_PER_KB).toBeLessThanOrEqual(BUDGET_KB);
  });

  test.each([...bundles])('%s holds no SDK client of a service that its role may not call', (name, made) => {
    const allowed = clientsFor(name);
    expect(clientsIn(made).filter((client) => !allowed.includes(client))).toEqual([]);
  });
});

test('what a role may call is read from its policies, and what a bundle holds from the bundle', () => {
  expect(clientsFor('meta')).toEqual([]);
  expect(clientsFor('usage')).toEqual(['client-dynamodb']);
  expect(clientsFor('release')).toEqual(['client-dynamodb', 'client-ecs']);
  const everything = [...bundles.values()].flatMap(clientsIn);
  expect([...new Set(everything)].sort()).toEqual(Object.values(CLIENTS).sort());
});
