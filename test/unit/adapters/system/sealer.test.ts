import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSealer } from '../../../../src/adapters/system/sealer.ts';

const sealer = createSealer(Buffer.alloc(32, 1));
const sealed = sealer.seal('ten_1', 'prj_1/production/web', 'secret text');

describe('a sealed text', () => {
  test('opens for its tenant and context', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ unit: 'grapheme' }), (tenant, context, text) => {
        expect(sealer.open(tenant, context, sealer.seal(tenant, context, text))).toBe(text);
      }),
    );
  });

  test('shows nothing of itself, and is another each time', () => {
    expect(sealed).toMatch(/^v1\.[\w-]+$/);
    expect(Buffer.from(sealed.slice(3), 'base64url').includes('secret')).toBe(false);
    expect(sealer.seal('ten_1', 'prj_1/production/web', 'secret text')).not.toBe(sealed);
  });

  test.each([
    ['ten_2', 'prj_1/production/web'],
    ['ten_1', 'prj_2/production/web'],
    ['ten_1', 'prj_1/staging/web'],
    ['ten_1', ''],
    ['ten_1"', ',prj_1/production/web'],
  ])('does not open for tenant %s and context %s', (tenant, context) => {
    expect(() => sealer.open(tenant, context, sealed)).toThrow();
  });

  test('does not open under another root key', () => {
    const other = createSealer(Buffer.alloc(32, 2));

    expect(() => other.open('ten_1', 'prj_1/production/web', sealed)).toThrow();
  });

  test('with any bit changed does not open', () => {
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        const at = bit >> 3;
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit & 7)), at);
        const text = `v1.${changed.toString('base64url')}`;
        expect(() => sealer.open('ten_1', 'prj_1/production/web', text)).toThrow();
      }),
    );
  });

  test('cut short or added to does not open', () => {
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      const text = `v1.${bytes.subarray(0, length).toString('base64url')}`;
      expect(() => sealer.open('ten_1', 'prj_1/production/web', text), String(length)).toThrow();
    }
    for (const more of ['.more', '.', 'AAAA']) {
      expect(() => sealer.open('ten_1', 'prj_1/production/web', `${sealed}${more}`), more).toThrow();
    }
  });

  test('shorter than a nonce and a tag is refused before its tag is looked at', () => {
    // A short text must not bring a short tag, which could be guessed.
    for (const length of [4, 8, 12, 16, 27]) {
      const text = `v1.${Buffer.alloc(length).toString('base64url')}`;
      expect(() => sealer.open('ten_1', 'c', text)).toThrow('too short');
    }
  });

  test.each(['', 'v1', 'v1.', 'v2.AAAA', '.', 'text'])('of another form does not open: %j', (text) => {
    expect(() => sealer.open('ten_1', 'c', text)).toThrow();
  });
});
