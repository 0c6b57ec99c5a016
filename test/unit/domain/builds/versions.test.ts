import { expect, test } from 'vitest';
import { versionWarning } from '../../../../src/domain/builds/index.ts';

const toolchain = (range: string) => ({
  name: 'Node.js',
  commands: ['node'] as const,
  wanted: { range, source: '.nvmrc' },
});

test.each([
  ['>=20', 'v24.1.0'],
  ['20', 'v20.20.2'],
  ['>=1.22.1', 'go version go1.26.8 linux/amd64'],
  ['3.11.*', 'Python 3.11.7'],
  ['>=24', 'v24.0.0-rc.1'],
])('a machine fits %s with %s', (range, installed) => {
  expect(versionWarning(toolchain(range), installed)).toBeNull();
});

test('another version is a warning that names both', () => {
  expect(versionWarning(toolchain('22'), 'v20.20.2')).toBe(
    '.nvmrc asks for Node.js 22, and this machine has 20.20.2: going on with that.',
  );
});

test('without a wish or a version that can be read there is nothing to say', () => {
  expect(versionWarning({ name: 'Go', commands: ['go'] }, 'go1.26')).toBeNull();
  expect(versionWarning(toolchain('22'), 'unknown')).toBeNull();
});
