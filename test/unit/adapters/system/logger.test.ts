import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../../../src/adapters/system/logger.ts';
import type { Logger } from '../../../../src/domain/shared/ports.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

let written: string[];
beforeEach(() => {
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

function logAll(logger: Logger): string[] {
  for (const level of LEVELS) logger[level](level);
  return written.map((line) => String(JSON.parse(line).message));
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

test('a message is one line, whatever its fields hold', () => {
  createLogger('info').info('request', { path: '/a\n{"level":"ERROR"}\r\n', error: new Error('two\nlines') });

  expect(written).toHaveLength(1);
  expect(written[0]?.trimEnd()).not.toMatch(/[\r\n]/);
  expect(JSON.parse(String(written[0]))).toMatchObject({ path: '/a\n{"level":"ERROR"}\r\n' });
});
