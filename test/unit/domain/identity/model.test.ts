import { describe, expect, test } from 'vitest';
import { emailSchema, passwordSchema } from '../../../../src/domain/identity/index.ts';

describe('an e-mail address', () => {
  test('is trimmed and compared without regard to case', () => {
    expect(emailSchema.parse('  Ada@Example.COM ')).toBe('ada@example.com');
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
