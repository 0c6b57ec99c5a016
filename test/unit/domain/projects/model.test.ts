import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  descriptionSchema,
  projectNameSchema,
  repositoryUrlSchema,
  variablesSchema,
} from '../../../../src/domain/projects/index.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('a project’s name', () => {
  const letters = 'abcXYZ019'.split('');
  const edge = fc.constantFrom(...letters);
  const middle = fc.string({ unit: fc.constantFrom(...letters, '-', '_', '.'), maxLength: 62 });

  test('is 2 to 64 letters, digits, hyphens, underscores and dots between letters or digits', () => {
    fc.assert(
      fc.property(edge, middle, edge, (first, inner, last) => {
        expect(projectNameSchema.parse(`${first}${inner}${last}`)).toBe(`${first}${inner}${last}`);
      }),
    );
  });

  test('with any other character anywhere is refused', () => {
    const other = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
      .filter((text) => !/^[\w.-]$/.test(text));
    fc.assert(
      fc.property(
        fc.string({ unit: edge, minLength: 2, maxLength: 20 }),
        other,
        fc.nat(20),
        (name, bad, at) => {
          expect(accepts(projectNameSchema, `${name.slice(0, at)}${bad}${name.slice(at)}`)).toBe(false);
        },
      ),
    );
  });

  test('of whatever text is taken only when it can be part of a key, a path and an address as it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.string({
        unit: fc.constantFrom(...letters, '-', '_', '.', '#', '/', '%', ' ', '\n'),
        maxLength: 70,
      }),
    );
    fc.assert(
      fc.property(text, (name) => {
        if (!accepts(projectNameSchema, name)) return;
        expect(name.length).toBeGreaterThanOrEqual(2);
        expect(name.length).toBeLessThanOrEqual(64);
        expect(encodeURIComponent(name)).toBe(name);
        expect(['.', '..']).not.toContain(name);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '',
    'a',
    '-ab',
    'ab-',
    '.ab',
    'ab.',
    '_ab',
    'ab_',
    'a b',
    'ab\n',
    `a${'b'.repeat(63)}c`,
    'ü1',
    5,
    null,
  ])('is refused: %j', (name) => {
    expect(accepts(projectNameSchema, name)).toBe(false);
  });
});

describe('a description', () => {
  test('loses control characters and blanks around it, and is measured afterwards', () => {
    expect(descriptionSchema.parse('  a\u0000b\u001b\tc\r\nd \u007f ')).toBe('ab\tc\r\nd');
    expect(descriptionSchema.parse(`${'x'.repeat(500)}\u0001  `)).toHaveLength(500);
    expect(accepts(descriptionSchema, 'x'.repeat(501))).toBe(false);
  });
});

describe('a repository’s address', () => {
  test.each([
    'https://github.com/owner/name',
    'https://github.com/owner/name.git',
    'https://git.example.com:8443/a/b/c',
    'HTTPS://git.example.com/a',
    'https://[::1]/a',
    'file:///srv/git/app',
    '/srv/git/app',
    '/a',
  ])('is taken: %s', (address) => {
    expect(repositoryUrlSchema.parse(address)).toBe(address);
  });

  test.each([
    '',
    '/',
    '//host/path',
    'app',
    './app',
    '../app',
    '~/app',
    'http://github.com/owner/name',
    'git://github.com/owner/name',
    'ssh://git@github.com/owner/name',
    'git@github.com:owner/name.git',
    'ftp://example.com/a',
    'ext::sh -c id',
    'javascript:alert(1)',
    'data:text/plain,a',
    '--upload-pack=id',
    'https://',
    'https://github.com',
    'https://github.com/',
    'https:github.com/owner/name',
    'https:/github.com/owner/name',
    'https:///github.com/owner/name',
    'https:\\\\github.com\\owner',
    'https://good.example.com\\@evil.example.com/a',
    'https://user@github.com/owner/name',
    'https://user:secret@github.com/owner/name',
    'https://:secret@github.com/owner/name',
    'https://@github.com/owner/name',
    'file://host/srv/app',
    'file:/srv/app',
    'file://',
    'file:///',
    ' https://github.com/owner/name',
    'https://github.com/owner/name ',
    'https://github.com/owner name',
    'https://github.com/owner\u0000/name',
    'https://github.com/owner\n/name',
    '/srv/git\n/app',
    '/srv/\u007fapp',
    `https://github.com/${'a'.repeat(2048)}`,
  ])('is refused: %j', (address) => {
    expect(accepts(repositoryUrlSchema, address)).toBe(false);
  });

  test('of whatever text is taken only when it is https, a file address or an absolute path, without credentials', () => {
    const text = fc.oneof(
      fc.webUrl({ validSchemes: ['https', 'http', 'file', 'ssh'], withQueryParameters: true }),
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `/${rest}`),
      fc.string().map((rest) => `https://${rest}`),
      fc.string().map((rest) => `file:///${rest}`),
    );
    fc.assert(
      fc.property(text, (address) => {
        if (!accepts(repositoryUrlSchema, address)) return;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
        expect(address).not.toMatch(/[\s\u0000-\u001f\u007f]/);
        expect(address).toMatch(/^(https:\/\/[^/@\\]+\/.|file:\/\/\/.|\/[^/])/i);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('variables', () => {
  test('have upper-case names and any text as value', () => {
    const variables = { A: '', DATABASE_URL_2: ' kept as it is \n\t', B_: 'ü😀' };

    expect(variablesSchema.parse(variables)).toEqual(variables);
  });

  test.each(['', 'a', 'Ab', '1A', '_A', 'A-B', 'A B', 'A\n', 'Ä', 'A'.repeat(257), 'constructor'])(
    'are refused for the name %j',
    (name) => {
      expect(accepts(variablesSchema, JSON.parse(`{${JSON.stringify(name)}: "x"}`))).toBe(false);
    },
  );

  test('never take over a prototype', () => {
    const parsed = variablesSchema.parse(JSON.parse('{"__proto__": "x", "A": "1"}'));

    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(Object.keys(parsed)).toEqual(['A']);
  });

  test.each(['PORT', 'RAILWAY_TOKEN', 'BRANCHLINE_HOME', 'AWS_REGION'])(
    'can not take a name that the platform sets: %s',
    (name) => {
      expect(accepts(variablesSchema, { [name]: 'x' })).toBe(false);
    },
  );

  test.each(['PORTS', 'MY_PORT', 'RAILWAY', 'AWS'])('may take a name that only looks alike: %s', (name) => {
    expect(accepts(variablesSchema, { [name]: 'x' })).toBe(true);
  });

  test.each([1, true, null, ['x'], {}])('are refused for a value that is no text: %j', (value) => {
    expect(accepts(variablesSchema, { A: value })).toBe(false);
  });

  test('are refused for a value with a NUL character, which no environment can hold', () => {
    expect(accepts(variablesSchema, { A: 'a\0b' })).toBe(false);
  });

  test('hold 32 KiB each and 48 KiB in all, in bytes', () => {
    const kib = 1024;

    expect(accepts(variablesSchema, { A: 'x'.repeat(32 * kib) })).toBe(true);
    expect(accepts(variablesSchema, { A: 'x'.repeat(32 * kib + 1) })).toBe(false);
    expect(accepts(variablesSchema, { A: 'ü'.repeat(16 * kib) })).toBe(true);
    expect(accepts(variablesSchema, { A: 'ü'.repeat(16 * kib + 1) })).toBe(false);
    expect(accepts(variablesSchema, { A: 'x'.repeat(24 * kib - 1), B: 'x'.repeat(24 * kib - 1) })).toBe(true);
    expect(accepts(variablesSchema, { A: 'x'.repeat(24 * kib), B: 'x'.repeat(24 * kib - 1) })).toBe(false);
  });
});
