import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cursorScope } from '../../../../functions/runtime/dependencies.ts';
import { createCursorCodec } from '../../../../src/adapters/system/cursors.ts';
import type { Principal } from '../../../../src/domain/access/index.ts';

const cursors = createCursorCodec(Buffer.alloc(32, 1));
const text = fc.string({ unit: 'grapheme' });

function codeOf(scope: string, cursor: string): unknown {
  try {
    return cursors.decode(scope, cursor);
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('a cursor', () => {
  test('gives its position back in its own scope', () => {
    fc.assert(
      fc.property(text, text, (scope, position) => {
        expect(cursors.decode(scope, cursors.encode(scope, position))).toBe(position);
      }),
    );
  });

  test('fits no other scope', () => {
    fc.assert(
      fc.property(text, text, text, (scope, other, position) => {
        fc.pre(scope !== other);
        expect(codeOf(other, cursors.encode(scope, position))).toBe('INVALID_CURSOR');
      }),
    );
  });

  test('fits no installation with another key', () => {
    const other = createCursorCodec(Buffer.alloc(32, 2));

    expect(codeOf('scope', other.encode('scope', 'position'))).toBe('INVALID_CURSOR');
  });

  test('changed in any way is refused, never a crash', () => {
    const characters = 'ABCxyz019-_+/=. \n%€'.split('');
    fc.assert(
      fc.property(
        text,
        text,
        fc.nat(),
        fc.nat(3),
        fc.string({ unit: fc.constantFrom(...characters), maxLength: 4 }),
        (scope, position, place, removed, added) => {
          const cursor = cursors.encode(scope, position);
          const at = place % (cursor.length + 1);
          const changed = `${cursor.slice(0, at)}${added}${cursor.slice(at + removed)}`;
          fc.pre(changed !== cursor);
          expect(codeOf(scope, changed)).toBe('INVALID_CURSOR');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('is refused when any of its characters, or any bit of its bytes, is another', () => {
    fc.assert(
      fc.property(text, text, fc.nat(), fc.integer({ min: 0, max: 7 }), (scope, position, place, bit) => {
        const bytes = Buffer.from(cursors.encode(scope, position), 'base64url');
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        expect(codeOf(scope, bytes.toString('base64url'))).toBe('INVALID_CURSOR');
      }),
    );
  });

  test('fits one tenant, one list and one set of filters', () => {
    const principal = (tenant_id: string) => ({ tenant_id }) as Principal;
    const part = fc.tuple(text, text, fc.dictionary(text, text, { maxKeys: 2 }));
    fc.assert(
      fc.property(part, part, text, (one, other, position) => {
        const [scope, foreign] = [one, other].map(([tenant, list, filter]) =>
          cursorScope(principal(tenant), list, filter),
        ) as [string, string];
        fc.pre(scope !== foreign);
        expect(codeOf(foreign, cursors.encode(scope, position))).toBe('INVALID_CURSOR');
      }),
    );
    const scopes = [
      cursorScope(principal('a'), 'b'),
      cursorScope(principal('b'), 'a'),
      cursorScope(principal('a'), 'b', { c: 'd' }),
      cursorScope(principal('a'), 'b', { d: 'c' }),
    ];
    expect(new Set(scopes).size).toBe(4);
  });

  test('that is whatever text is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (cursor) => {
        expect(codeOf('scope', cursor)).toBe('INVALID_CURSOR');
      }),
    );
  });

  test('does not let a scope and a position run into one another', () => {
    expect(codeOf('a', cursors.encode('ab', 'c'))).toBe('INVALID_CURSOR');
    expect(codeOf('', cursors.encode('["a"', ',"b"]'))).toBe('INVALID_CURSOR');
  });
});
