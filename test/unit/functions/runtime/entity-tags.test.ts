import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEntityTag, isKnown, mayChange } from '../../../../functions/runtime/entity-tags.ts';

const version = fc.integer({ min: 1, max: 1_000_000 });
// What others call a tag: any visible character but the quotation mark.
const opaque = fc.string({
  unit: fc.constantFrom(..."!#$%&'()*+,-./0123456789:;<=>?@ABYZ[\\]^_`abyz{|}~é".split('')),
  maxLength: 30,
});
const foreign = fc.tuple(fc.constantFrom('', 'W/'), opaque).map(([weak, text]) => `${weak}"${text}"`);
const listOf = (tags: readonly string[]) => tags.join(' ,\t');

const ifMatch = (header: string | undefined, current: number) =>
  mayChange({ if_match: header, if_none_match: undefined }, current);
const ifNoneMatch = (header: string | undefined, current: number) =>
  mayChange({ if_match: undefined, if_none_match: header }, current);

describe('a tag', () => {
  test('changes with the body and with the version', () => {
    const tags = [
      createEntityTag('a', 1),
      createEntityTag('b', 1),
      createEntityTag('a', 2),
      createEntityTag('a'),
    ];
    expect(new Set(tags).size).toBe(4);
    expect(createEntityTag('a', 1)).toBe(tags[0]);
  });

  test('is known among whatever others, weak or strong', () => {
    fc.assert(
      fc.property(
        fc.array(foreign),
        fc.array(foreign),
        fc.string(),
        version,
        fc.boolean(),
        (before, after, body, at, weak) => {
          const tag = createEntityTag(body, at);
          const header = listOf([...before, weak ? `W/${tag}` : tag, ...after]);
          expect(isKnown(header, tag)).toBe(true);
        },
      ),
    );
  });

  test('isn’t known where it isn’t named', () => {
    fc.assert(
      fc.property(fc.array(foreign), fc.string(), version, (others, body, at) => {
        const tag = createEntityTag(body, at);
        expect(isKnown(listOf(others), tag)).toBe(false);
        expect(isKnown(`"x${tag.slice(1)}`, tag)).toBe(false);
      }),
    );
    expect(isKnown(undefined, createEntityTag(''))).toBe(false);
    expect(isKnown(' * ', createEntityTag(''))).toBe(true);
  });
});

describe('If-Match', () => {
  test('fits the version that it names, whatever the rest of the answer was', () => {
    fc.assert(
      fc.property(fc.array(foreign), fc.string(), version, (others, body, at) => {
        expect(ifMatch(listOf([...others, createEntityTag(body, at)]), at)).toBe(true);
        expect(ifMatch(createEntityTag(body, at), at + 1)).toBe(false);
      }),
    );
  });

  test('fits nothing by a weak tag, by what is no tag of ours, and by what is no list of tags', () => {
    const tag = createEntityTag('body', 7);
    const plain = tag.slice(1, -1);
    for (const header of [
      `W/${tag}`,
      '',
      ' ',
      '""',
      plain,
      '"7"',
      '"7-"',
      '"7-x"',
      '"07-x',
      `${tag} ${tag}`,
      `x${tag}`,
      `${tag}x`,
      `"${tag}"`,
      `w/${tag}`,
    ]) {
      expect(ifMatch(header, 7)).toBe(false);
    }
    expect(ifMatch(createEntityTag('body'), 7)).toBe(false);
  });

  test('isn’t fooled by a tag inside of another one', () => {
    const inside = createEntityTag('body', 7).slice(1, -1);
    expect(ifMatch(`"a, ${inside}", "b"`, 7)).toBe(false);
    expect(ifMatch(`"a,${inside},b"`, 7)).toBe(false);
  });

  test('of whatever text is no crash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), version, (header, at) => {
        fc.pre(header.trim() !== '*');
        expect(ifMatch(header, at)).toBe(false);
      }),
    );
  });

  test('that is missing, or a star, fits every version', () => {
    expect([ifMatch(undefined, 1), ifMatch('*', 1), ifMatch(' * ', 9)]).toEqual([true, true, true]);
  });
});

describe('If-None-Match of a change', () => {
  test('stops it while the thing is as the client has it, and by a star while there is one', () => {
    const tag = createEntityTag('body', 7);
    expect([tag, `W/${tag}`, '*', `"other", ${tag}`].map((header) => ifNoneMatch(header, 7))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([tag, '"other"', undefined].map((header) => ifNoneMatch(header, 8))).toEqual([true, true, true]);
  });

  test('counts for nothing beside an If-Match', () => {
    const tag = createEntityTag('body', 7);
    expect(mayChange({ if_match: tag, if_none_match: '*' }, 7)).toBe(true);
  });
});
