import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretTokens } from '../../../../src/adapters/identity/secret-tokens.ts';
import { testId } from '../../../support/test-ids.ts';

const codec = createSecretTokens('tst_', ['ten', 'usr']);
const uuid = fc.uuid({ version: 7 });
const ids = fc.tuple(
  uuid.map((id) => `ten_${id}`),
  uuid.map((id) => `usr_${id}`),
);
const IDS = [testId('ten', 1), testId('usr', 2)] as const;

describe('a secret token', () => {
  test('gives back the ids that it was made for, and the hash that was stored', () => {
    fc.assert(
      fc.property(ids, (made_for) => {
        const { text, secret_hash } = codec.create(made_for);
        expect(codec.read(text)).toEqual({ ids: made_for, secret_hash });
      }),
    );
  });

  test('is another one each time, and none has its secret in the clear', () => {
    const [one, other] = [codec.create(IDS), codec.create(IDS)];

    expect(one.text).not.toBe(other.text);
    expect(one.secret_hash).not.toBe(other.secret_hash);
    expect(one.text).not.toContain(one.secret_hash);
  });

  test('has 32 bytes of the given randomness as its secret', () => {
    const sizes: number[] = [];
    const fixed = createSecretTokens('tst_', ['ten', 'usr'], (size) => {
      sizes.push(size);
      return Buffer.alloc(size, 7);
    });

    expect(fixed.create(IDS)).toEqual(fixed.create(IDS));
    expect(sizes).toEqual([32, 32]);
  });

  test('can be written into a URL, a header and a shell without quoting', () => {
    fc.assert(
      fc.property(ids, (made_for) => {
        expect(codec.create(made_for).text).toMatch(/^tst_[\w-]+$/);
      }),
    );
  });

  test('changed in any character is none', () => {
    const { text } = codec.create(IDS);
    const characters = 'ABCxyz019-_+/=. \n%€'.split('');
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...characters), (position, character) => {
        fc.pre(text[position] !== character);
        const changed = text.slice(0, position) + character + text.slice(position + 1);
        expect(codec.read(changed)).toBeUndefined();
      }),
    );
  });

  test('longer or shorter is none, and nor is any other text', () => {
    const { text } = codec.create(IDS);
    for (const other of ['', 'tst_', text.slice(1), text.slice(0, -1), `${text}A`, `${text}=`, ` ${text}`]) {
      expect(codec.read(other)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (other) => {
        expect(codec.read(`tst_${other}`)).toBeUndefined();
      }),
    );
  });

  test('of another kind is none', () => {
    const other = createSecretTokens('oth_', ['ten', 'usr']);

    expect(codec.read(other.create(IDS).text)).toBeUndefined();
  });
});
