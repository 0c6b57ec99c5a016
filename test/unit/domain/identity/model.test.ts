import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emailSchema,
  passwordSchema,
  personNameSchema,
  teamNameSchema,
} from '../../../../src/domain/identity/index.ts';

describe('an e-mail address', () => {
  test('is trimmed and compared without regard to case', () => {
    expect(emailSchema.parse('  Ada@Example.COM ')).toBe('ada@example.com');
  });

  test('is the same however it is written, and parsed to itself', () => {
    const cases = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.emailAddress(), cases, (email, uppers) => {
        const written = email
          .split('')
          .map((letter, at) =>
            uppers[at % uppers.length] === true ? letter.toUpperCase() : letter.toLowerCase(),
          )
          .join('');
        const parsed = emailSchema.safeParse(written);
        expect(parsed.success).toBe(emailSchema.safeParse(email).success);
        if (!parsed.success) return;
        expect(parsed.data).toBe(email.toLowerCase());
        expect(emailSchema.parse(` ${parsed.data}\t`)).toBe(parsed.data);
      }),
    );
  });

  test.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'a b@example.com',
    'ada@example',
    'ada@@example.com',
    'a\u0000@b.com',
  ])('is refused: %j', (text) => {
    expect(emailSchema.safeParse(text).success).toBe(false);
  });

  test('has at most 254 characters, and 64 before the @', () => {
    const domain = `@${`${'a'.repeat(46)}.`.repeat(3)}${'a'.repeat(45)}.co`;
    const longest = `${'b'.repeat(64)}${domain}`;

    expect(longest).toHaveLength(254);
    expect(emailSchema.safeParse(longest).success).toBe(true);
    expect(emailSchema.safeParse(`${longest}c`).success).toBe(false);
    expect(emailSchema.safeParse(`${'b'.repeat(64)}@example.com`).success).toBe(true);
    expect(emailSchema.safeParse(`${'b'.repeat(65)}@example.com`).success).toBe(false);
  });
});

describe.each([
  ['a person’s name', personNameSchema],
  ['a team’s name', teamNameSchema],
])('%s', (_what, schema) => {
  const noise = fc.string({ unit: fc.constantFrom(' ', '\u0000', '\u001b', '\u007f', '\u0085', '\u00a0') });

  test('is 1 to 100 characters of any script, without what can’t be seen around it', () => {
    const visible = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => /^\S.*\S$|^\S$/su.test(text));
    fc.assert(
      fc.property(noise, visible, noise, (before, name, after) => {
        fc.pre(!/\p{Cc}/u.test(name));
        const parsed = schema.safeParse(`${before}${name}${after}`);
        expect(parsed.success).toBe(name.length <= 100);
        if (parsed.success) expect(parsed.data).toBe(name);
      }),
    );
  });

  test('of whatever text is none, or what it is parsed to ever after', () => {
    const text = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(text, (name) => {
        const parsed = schema.safeParse(name);
        if (!parsed.success) return;
        expect(parsed.data).not.toMatch(/(?![\t\n\r])\p{Cc}/u);
        expect(parsed.data.length).toBeGreaterThanOrEqual(1);
        expect(schema.parse(parsed.data)).toBe(parsed.data);
      }),
    );
  });

  test('that is nothing but blanks and control characters is none', () => {
    fc.assert(
      fc.property(noise, (name) => {
        expect(schema.safeParse(name).success).toBe(false);
      }),
    );
  });
});

describe('a password', () => {
  test('is kept exactly as typed', () => {
    expect(passwordSchema.parse('  Pass\tword \u0001 ')).toBe('  Pass\tword \u0001 ');
  });

  test('has 8 to 256 characters and no other rules', () => {
    expect(passwordSchema.safeParse('a'.repeat(7)).success).toBe(false);
    expect(passwordSchema.safeParse('a'.repeat(8)).success).toBe(true);
    expect(passwordSchema.safeParse('a'.repeat(256)).success).toBe(true);
    expect(passwordSchema.safeParse('a'.repeat(257)).success).toBe(false);
  });
});
