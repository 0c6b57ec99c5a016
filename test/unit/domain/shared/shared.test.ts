import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AppError,
  ERROR_CATEGORIES,
  ERRORS,
  type ErrorCode,
  isAppError,
} from '../../../../src/domain/shared/errors.ts';
import { ID_PREFIXES } from '../../../../src/domain/shared/ports.ts';
import {
  idSchema,
  sanitizeText,
  textSchema,
  timestampSchema,
} from '../../../../src/domain/shared/schemas.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the error catalogue', () => {
  test.each(CODES)('has a title and a remedy for %s, and a code that is written as codes are', (code) => {
    const { category, title, remedy } = ERRORS[code];

    expect(code).toMatch(/^[A-Z][A-Z_]*[A-Z]$/);
    expect(Object.keys(ERROR_CATEGORIES)).toContain(category);
    expect(title).not.toMatch(/[.!]$|^$/);
    expect(remedy).toMatch(/[.]$/);
  });

  test.each([
    ['PROJECT_NOT_FOUND', 'Project not found'],
    ['INVALID_PROJECT_NAME', 'Invalid project name'],
    ['DEPLOYMENT_IN_PROGRESS', 'Another deployment is already in progress'],
    ['PROJECT_NAME_EXISTS', 'Project with this name already exists'],
  ] as const)('says for %s what the brief says', (code, title) => {
    expect(ERRORS[code].title).toBe(title);
  });
});

describe('an application error', () => {
  test('is known also when another copy of the class made it', () => {
    const copy = Object.assign(new Error('x'), { code: 'FORBIDDEN' });

    expect(isAppError(new AppError('FORBIDDEN'))).toBe(true);
    expect(isAppError(copy)).toBe(true);
  });

  test.each([
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    Object.assign(new Error('x'), { code: 'toString' }),
    Object.assign(new Error('x'), { code: 'constructor' }),
    Object.assign(new Error('x'), { code: 5 }),
    { code: 'FORBIDDEN' },
    'FORBIDDEN',
    undefined,
    null,
  ])('is not whatever else was thrown: %o', (thrown) => {
    expect(isAppError(thrown)).toBe(false);
  });

  test('tells people the remedy where it has no particulars', () => {
    expect(new AppError('FORBIDDEN').detail).toBe(ERRORS.FORBIDDEN.remedy);
    expect(new AppError('FORBIDDEN', { detail: 'Only owners.' }).detail).toBe('Only owners.');
  });
});

describe('a sanitized text', () => {
  const kept = /^[\t\n\r\u0020-\u007e\u0080-\u{10ffff}]*$/u;

  test('has no half of a character, which not every store would give back', () => {
    expect(sanitizeText('a\ud83d')).toBe('a\ufffd');
    expect(sanitizeText('a\ud83d\ude00')).toBe('a\ud83d\ude00');
  });

  test('has no control characters but tab, newline and return, and none around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = sanitizeText(text);
        expect(clean).toMatch(kept);
        expect(clean).toBe(clean.trim());
        expect(sanitizeText(clean)).toBe(clean);
      }),
    );
  });

  test('is measured after sanitizing', () => {
    const schema = textSchema({ min: 1, max: 3 });

    expect(schema.parse(' \u0000abc ')).toBe('abc');
    expect(schema.safeParse(' \u0000 ').success).toBe(false);
    expect(schema.safeParse('abcd').success).toBe(false);
  });
});

describe('an id', () => {
  test.each(ID_PREFIXES)(
    'of the kind %s has its prefix and a lower-case UUID, and nothing else',
    (prefix) => {
      const schema = idSchema(prefix);
      const uuid = '0198b5c0-0000-7000-8000-0123456789ab';

      expect(schema.safeParse(`${prefix}_${uuid}`).success).toBe(true);
      for (const text of [
        uuid,
        `xxx_${uuid}`,
        `${prefix}_${uuid.toUpperCase()}`,
        `${prefix}_${uuid}#`,
        `${prefix}_${uuid}\n`,
        ` ${prefix}_${uuid}`,
        `${prefix}_`,
      ]) {
        expect(schema.safeParse(text).success, text).toBe(false);
      }
    },
  );
});

test('a timestamp is UTC with milliseconds', () => {
  expect(timestampSchema.safeParse(new Date(0).toISOString()).success).toBe(true);
  expect(timestampSchema.safeParse('2026-11-15T12:00:00Z').success).toBe(false);
  expect(timestampSchema.safeParse('2026-11-15T12:00:00.000+01:00').success).toBe(false);
});
