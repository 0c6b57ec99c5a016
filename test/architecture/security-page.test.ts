import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testTitles } from '../support/test-titles.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** Every demand that the page has to answer: ids of OWASP ASVS 5.0, RFCs and bulletins, and what has none by its name. */
const DEMANDS: Readonly<Record<string, readonly string[]>> = {
  Passwords: ['6.2.1', '6.2.4', '6.2.5', '6.2.8', '6.2.9', '6.3.1', '6.3.8'],
  Sessions: ['7.2.4', '7.3.1', '7.3.2', '7.4.1', '7.4.2', '7.5.2', '10.4.5', 'RFC 9700', '10.4.8', 'grace'],
  Tokens: ['RFC 8725', '9.1.2', '9.1.3', '9.2.1', '9.2.2', '9.2.3', '9.2.4'],
  Authorization: ['8.2.1', '8.2.2', '8.2.3', '8.3.2', '8.4.1', 'matrix'],
  Input: ['1.2.5', '1.3.6', '15.3.3', '15.3.6', '2.3.3', '15.4.2', '1.3.12'],
  'Errors and logs': ['16.2.5', '16.3.1', '16.3.2', '16.4.1', '16.5.1', '16.5.3'],
  HTTP: ['14.2.1', '14.3.2', '3.4.1', '3.4.2', '3.4.3', '3.4.4', '3.4.5', '3.4.6', '4.1.4', 'text'],
  Data: ['keys', 'cache keys', 'leading keys', 'no scan', 'sealing', 'root key', 'write-only'],
  'Builds and containers': [
    'AWS-2025-016',
    'buildspec',
    'egress',
    'forks',
    'read-only root',
    'non-root',
    'capabilities',
    'seccomp',
    'service account',
    'metadata address',
  ],
  Delivery: ['one transaction', 'seen ids', 'dead letters', 'replays'],
  'How it is tested': [
    'properties',
    'two tenants',
    'fuzzing',
    'faults',
    'kill -9',
    'mutation',
    'audit',
    'SBOM',
  ],
};

interface Row {
  readonly section: string;
  readonly ids: readonly string[];
  readonly proof: string;
}

/** The tables of the page: id, demand, place, proof. */
function rowsOf(page: string): Row[] {
  return page.split(/^## /m).flatMap((part) => {
    const section = part.split('\n', 1)[0] ?? '';
    return part
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| id |'))
      .map((line) => line.slice(2, -2).split(' | '))
      .map((cells) => {
        expect(cells, cells[0]).toHaveLength(4);
        return { section, ids: cells[0]?.split(', ') ?? [], proof: cells[3] ?? '' };
      });
  });
}

/** A line of a proof: a test by its file and title, further titles of that file, a command, or what is missing. */
type Proof =
  | { readonly kind: 'test'; readonly file: string; readonly title: string }
  | { readonly kind: 'command'; readonly script: string }
  | { readonly kind: 'missing' };

const MISSING = /^(not built yet|falls short|not proven here)\b/;

function proofsOf({ ids, proof }: Row): Proof[] {
  let file = '';
  return proof.split('<br>').map((line): Proof => {
    const script = /^`npm run ([\w:]+)`/.exec(line)?.[1] ?? /^`npm (test)`/.exec(line)?.[1];
    if (script !== undefined) return { kind: 'command', script };
    if (MISSING.test(line)) return { kind: 'missing' };
    const [, named, title = line] = /^`(test\/[^`]+\.ts)`: (.+)$/.exec(line) ?? [];
    file = named ?? file;
    expect(file, `${ids.join()}: ${line}`).not.toBe('');
    return { kind: 'test', file, title: title.replace(/^· /, '') };
  });
}

const rows = rowsOf(read('docs/security.md'));
const scripts = (JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }).scripts;

describe.each(Object.entries(DEMANDS))('the page of security, under %s,', (section, ids) => {
  const own = rows.filter((row) => row.section === section);

  test('has a row for each demand, and for nothing else', () => {
    expect(own.flatMap((row) => row.ids).toSorted()).toEqual(ids.toSorted());
  });

  test('names tests that there are', () => {
    expect(own.length).toBeGreaterThan(0);
    for (const row of own) {
      for (const proof of proofsOf(row)) {
        if (proof.kind === 'command') expect(Object.keys(scripts)).toContain(proof.script);
        if (proof.kind !== 'test') continue;
        expect(existsSync(`${ROOT}${proof.file}`), `${row.ids.join()}: ${proof.file}`).toBe(true);
        const titles = testTitles(read(proof.file));
        expect(titles.has(proof.title), `${row.ids.join()}: ${proof.file}: ${proof.title}`).toBe(true);
      }
    }
  });
});

test('every part of the page is asked for', () => {
  expect([...new Set(rows.map(({ section }) => section))].toSorted()).toEqual(
    Object.keys(DEMANDS).toSorted(),
  );
});

test('titles are told from other texts, alone and behind their groups', () => {
  const code = `describe.each(a)('one', () => {
    test.each(b)(\`two \${c}\`, d);
    it('three', () => f('four'));
  });`;
  expect([...testTitles(code)]).toEqual(['one', 'one › two …', 'two …', 'one › three', 'three']);
});
