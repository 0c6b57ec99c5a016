import { expect, test } from 'vitest';
import { createApp } from './support/app.ts';
import type { Template } from './support/synth.ts';

/** Which stack a template's `Fn::ImportValue` are from. */
function importsOf(template: unknown): string[] {
  const names = JSON.stringify(template).matchAll(/"Fn::ImportValue":"([\w-]+):/g);
  return [...new Set([...names].map(([, stack]) => stack ?? ''))];
}

test('a stack comes after the stacks that it imports from, and goes before them', () => {
  const { stacks } = createApp({ edge: true, compute: true }).synth();
  const found = stacks.flatMap((stack) =>
    importsOf(stack.template as Template).map((from) => [stack, from] as const),
  );
  expect(found.length).toBeGreaterThan(5);
  for (const [stack, from] of found) {
    const dependencies = stack.dependencies.map(({ id }) => id);
    expect(dependencies, stack.stackName).toContain(from);
  }
});
