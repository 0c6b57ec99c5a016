import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyse } from 'scslre';
import { describe, expect, test } from 'vitest';
import { walkSource } from '../support/parsed-sources.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const FILES = globSync('{src,functions,local,state-machines,scripts}/**/*.ts', { cwd });

interface Pattern {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

function patternsOf(where: string): Pattern[] {
  const found: Pattern[] = [];
  walkSource(readFileSync(`${cwd}/${where}`, 'utf8'), (node) => {
    if (node.type !== 'RegExpLiteral') return;
    found.push({ where, source: String(node['pattern']), flags: String(node['flags']) });
  });
  return found;
}

/** The contracts' patterns, those of Zod's own formats among them. */
function contractPatterns(): Pattern[] {
  const found: Pattern[] = [];
  JSON.parse(readFileSync(`${cwd}/openapi.json`, 'utf8'), (name, value: unknown) => {
    if (name === 'pattern') found.push({ where: 'openapi.json', source: String(value), flags: 'u' });
    return value;
  });
  return found;
}

/** Why a pattern whose time grows with the square of its text is harmless where it is. */
const SHORT_TEXTS: Readonly<Record<string, string>> = {
  '/[/\\\\]+$/': 'a folder of the PATH of whoever started the platform',
  '/^-+|-+$/g': 'a project’s name of 64 characters at most, in which no two hyphens follow each other',
  '/-+$/': 'a host’s label of 63 characters at most',
  '/=+$/': 'the base64 of a salt that was just made',
  '/\\/+$/': 'an address from the operator’s settings, or a repository’s of 2,048 characters at most',
};

/** Where a pattern is no literal, and of what it is made. */
const PUT_TOGETHER: Readonly<Record<string, string>> = {
  'local/process/process-table.ts': 'the name of a field of /proc',
  'src/adapters/dynamodb/items.ts': 'the adapter’s own attribute names',
  'src/adapters/dynamodb/tenant-sessions.ts': 'the name of an element of an answer',
  'src/domain/builds/providers/python/app.ts': 'the names of Python’s frameworks',
  'src/domain/builds/well-known-files.ts': 'the names of files that a plan looks at, escaped',
  'src/domain/shared/schemas.ts': 'the prefixes of ids',
};

const text = ({ source, flags }: Pattern): string => `/${source}/${flags}`;
const isSlow = ({ source, flags }: Pattern): boolean => analyse(new RegExp(source, flags)).reports.length > 0;

const inCode = FILES.flatMap(patternsOf);

describe('regular expressions', () => {
  test('of the code take a time that grows with the text alone, the named ones on short texts apart', () => {
    expect(inCode.length).toBeGreaterThan(150);
    const slow = inCode.filter(isSlow);
    expect(slow.filter((pattern) => SHORT_TEXTS[text(pattern)] === undefined)).toEqual([]);
    expect([...new Set(slow.map(text))].toSorted()).toEqual(Object.keys(SHORT_TEXTS).toSorted());
  });

  test('of the contracts do so without an exception', () => {
    const patterns = contractPatterns();
    expect(patterns.length).toBeGreaterThan(20);
    expect(patterns.filter(isSlow)).toEqual([]);
  });

  test.each(['^(a+)+$', '^(\\w+\\s?)*$', '(a|a)*b', '^\\s*\\n\\s*x'])(
    'as bad as %s are noticed',
    (source) => {
      expect(isSlow({ where: '', source, flags: '' })).toBe(true);
    },
  );

  test('are put together of the code’s own texts where they are no literals, and in no other file', () => {
    const making = FILES.filter((file) => /\bRegExp\(/.test(readFileSync(`${cwd}/${file}`, 'utf8')));
    expect(making.toSorted()).toEqual(Object.keys(PUT_TOGETHER).toSorted());
  });
});
