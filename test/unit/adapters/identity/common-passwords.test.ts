import { describe, expect, test } from 'vitest';
import { createCommonPasswords } from '../../../../src/adapters/identity/common-passwords.ts';

const common = createCommonPasswords();

describe('the list of common passwords', () => {
  test.each(['password', '12345678', 'PASSWORD', 'iloveyou', 'qwertyuiop', 'Baseball', 'trustno1'])(
    'has %s, in whatever case',
    (password) => {
      expect(common.has(password)).toBe(true);
    },
  );

  test.each([
    'correct horse battery',
    'password ',
    ' password',
    'password 12345678',
    '',
    ' ',
    'toString',
    '__proto__',
  ])('has not %j', (password) => {
    expect(common.has(password)).toBe(false);
  });
});
