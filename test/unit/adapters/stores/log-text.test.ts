import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanMessage, MAX_MESSAGE_BYTES } from '../../../../src/adapters/stores/log-text.ts';

describe('a message', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;title\u0007text', 'text'],
    ['a cursor that moves', '\u001b[2K\u001b[1Gdone', 'done'],
    ['a link', '\u001b]8;;https://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['an unfinished sequence', 'a\u001b]0;title', 'a]0;title'],
    ['a tab', 'a\tb', 'a\tb'],
    ['line ends', 'a\r\nb\nc\r', 'a b c'],
    ['other control characters', 'a\u0000b\u0008c\u009bd\u007f', 'abcd'],
    ['half a surrogate pair', 'a\ud800', 'a\ufffd'],
    ['indentation', '    at main.js:1', '    at main.js:1'],
  ])('with %s', (_name, message, expected) => {
    expect(cleanMessage(message)).toBe(expected);
  });

  it('is cut between characters', () => {
    const text = cleanMessage('€'.repeat(20_000));
    expect(text).toMatch(/^€+ \[cut\]$/);
    expect(Buffer.byteLength(text)).toBeGreaterThan(MAX_MESSAGE_BYTES - 4);
  });

  it('is one clean, bounded line whatever an app prints', () => {
    const nasty = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 100 }), (text, times) => {
        const clean = cleanMessage(text.repeat(times));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
        expect(clean).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
        expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(cleanMessage(clean)).toBe(clean.trimEnd());
      }),
    );
  });
});
