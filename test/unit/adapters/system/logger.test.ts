import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../../src/adapters/system/logger.ts';
import type { Logger } from '../../../../src/domain/shared/ports.ts';
import { keepWrittenLines } from '../../../support/written-lines.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

const written = keepWrittenLines();

function logAll(logger: Logger): string[] {
  for (const level of LEVELS) logger[level]('request');
  return written().map((line) => String(JSON.parse(line).level).toLowerCase());
}

describe('the level', () => {
  test.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['INFO', ['info', 'warn', 'error']],
    ['Warn', ['warn', 'error']],
    ['error', ['error']],
    [undefined, ['info', 'warn', 'error']],
    ['', ['info', 'warn', 'error']],
    ['loud', ['info', 'warn', 'error']],
  ])('LOG_LEVEL=%s lets through %j', (level, expected) => {
    expect(logAll(createLogger(level))).toEqual(expected);
  });
});

const line = () => JSON.parse(String(written().at(-1))) as Record<string, unknown>;

test('a message has its code, which its fields can’t take the place of', () => {
  createLogger('info').warn('events were overdue', { code: 'mine', overdue: 3 });
  expect(line()).toMatchObject({ message: 'events were overdue', code: 'OUTBOX_OVERDUE', overdue: 3 });
});

describe('a secret', () => {
  const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl-_';

  test.each([
    'password',
    'refresh_token',
    'accessToken',
    'secretAccessKey',
    'client_secret',
    'authorization',
    'set-cookie',
    'Credentials',
    'private_key',
    'x-amz-security-token',
  ])('is left out by its field’s name, at every depth: %s', (name) => {
    createLogger('info').info('request', { a: [{ [name]: 'hunter2' }], b: { [name]: { key: 'hunter2' } } });
    expect(written().join()).not.toContain('hunter2');
    expect(line()).toMatchObject({ a: [{ [name]: '[redacted]' }], b: { [name]: '[redacted]' } });
  });

  test.each([
    [`refused ${JWT} there`, 'refused [redacted] there'],
    ['authorization: Bearer abcdef0123456789', 'authorization: Bearer [redacted]'],
    ['cloning https://me:hunter2@example.com/a.git', 'cloning https://[redacted]@example.com/a.git'],
    [
      'GET https://b.s3.amazonaws.com/o?X-Amz-Credential=AKIA&X-Amz-Signature=0a1b&x=1',
      'GET https://b.s3.amazonaws.com/o?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&x=1',
    ],
    ['key AKIAIOSFODNN7EXAMPLE', 'key [redacted]'],
    [`token ghp_${'a1'.repeat(18)}`, 'token [redacted]'],
    [`GET /api/v1/tokens/blt_${'a1'.repeat(60)}`, 'GET /api/v1/tokens/[redacted]'],
    ['$argon2id$v=19$m=65536,t=1,p=4$c2FsdA$aGFzaA is wrong', '[redacted] is wrong'],
  ])('is left out by its form: %s', (text, shown) => {
    createLogger('info').error('request failed', {
      detail: text,
      error: new Error(text, { cause: new Error(text) }),
    });
    expect(line()).toMatchObject({ detail: shown, error: { message: shown, cause: { message: shown } } });
    expect(written().join()).not.toContain(text);
  });

  test.each([
    'https://example.com/a@b',
    'GET /api/v1/projects/prj_1',
    'a bearer of news',
    'tokens: 3',
    '2026-11-15T12:00:00.000Z',
  ])('is none of: %s', (text) => {
    createLogger('info').info('request', { detail: text, has_token: true, path: text });
    expect(line()).toMatchObject({ detail: text, has_token: true, path: text });
  });

  test('is no number beside its name; and a text without end has one', () => {
    createLogger('info').info('request', { tokens: 2, token: 3, detail: 'x'.repeat(50_000) });
    expect(line()).toMatchObject({ tokens: 2, token: 3 });
    expect(String(line()['detail']).length).toBeLessThanOrEqual(10_001);
  });
});

test('a message is one line, whatever its fields hold', () => {
  createLogger('info').info('request', { path: '/a\n{"level":"ERROR"}\r\n', error: new Error('two\nlines') });

  expect(written()).toHaveLength(1);
  expect(written()[0]?.trimEnd()).not.toMatch(/[\r\n]/);
  expect(JSON.parse(String(written()[0]))).toMatchObject({ path: '/a\n{"level":"ERROR"}\r\n' });
});

test('a message steers no terminal, whatever its fields hold', () => {
  const hostile = '\u001b[2J \u009b31m \u0007 \u007f \u0085 \u2028 \u2029 \u202e abc \u2066';
  createLogger('info').info('request', { user_agent: hostile, error: new Error(hostile) });

  // What JSON leaves as it is, though terminals take it for an order, a line's end or a change of direction.
  expect(written().join('').trimEnd()).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  expect(line()['user_agent']).toBe(
    '\u001b[2J \ufffd31m \u0007 \ufffd \ufffd \ufffd \ufffd \ufffd abc \ufffd',
  );
});
