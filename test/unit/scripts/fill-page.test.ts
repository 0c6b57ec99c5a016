import { expect, test } from 'vitest';
import { fillPage } from '../../../scripts/fill-page.ts';

const PAGE =
  'Before\n\n<!-- generated: one -->\nold\n<!-- end -->\n\nBetween\n\n<!-- generated: two -->\n<!-- end -->\n';

test('each part of a page is replaced, and what people wrote stays', () => {
  const filled = fillPage(
    PAGE,
    new Map([
      ['one', '| 1 |'],
      ['two', '$& 2'],
    ]),
  );

  expect(filled).toBe(
    'Before\n\n<!-- generated: one -->\n\n| 1 |\n\n<!-- end -->\n\nBetween\n\n<!-- generated: two -->\n\n$& 2\n\n<!-- end -->\n',
  );
  expect(
    fillPage(
      filled,
      new Map([
        ['one', '| 1 |'],
        ['two', '$& 2'],
      ]),
    ),
  ).toBe(filled);
});

test('a part without a place, or a place without a part, is an error that names it', () => {
  expect(() => fillPage(PAGE, new Map([['one', '']]))).toThrow('two');
  expect(() =>
    fillPage(
      PAGE,
      new Map([
        ['one', ''],
        ['two', ''],
        ['three', ''],
      ]),
    ),
  ).toThrow('three');
});
