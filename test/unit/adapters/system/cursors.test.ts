import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCursorCodec } from '../../../../src/adapters/system/cursors.ts';

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
