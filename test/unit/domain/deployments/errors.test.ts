import { describe, expect, test } from 'vitest';
import {
  DeploymentFailedError,
  FAILURE_REASONS,
  type FailureReason,
  toTaskError,
} from '../../../../src/domain/deployments/index.ts';
import { readCaughtError } from '../../../../src/domain/deployments/pipeline/errors.ts';

const REASONS = Object.keys(FAILURE_REASONS) as FailureReason[];

function thrown(error: unknown): Error {
  const wrapped = toTaskError(error);
  if (!(wrapped instanceof Error)) expect.fail('no error');
  return wrapped;
}

describe('a failure’s way through the state machine', () => {
  test.each(REASONS)('keeps its reason and text: %s', (reason) => {
    const { name, message } = thrown(new DeploymentFailedError(reason, 'Exit code 7.'));
    const expected = { reason, message: `${FAILURE_REASONS[reason]} Exit code 7.` };

    expect(readCaughtError({ Error: name, Cause: message })).toEqual(expected);
    // Lambda wraps what it caught in JSON.
    const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: ['at x'] });
    expect(readCaughtError({ Error: name, Cause: cause })).toEqual(expected);
  });

  test('without a cause says the reason’s own text', () => {
    expect(readCaughtError({ Error: 'DeploymentFailed.build_failed' })).toEqual({
      reason: 'build_failed',
      message: FAILURE_REASONS.build_failed,
    });
  });

  test.each(['{', '{"broken', '{"other": 1}', '{} and more'])(
    'takes a text that only looks like JSON as it is: %s',
    (text) => {
      expect(readCaughtError({ Error: 'DeploymentFailed.build_failed', Cause: text }).message).toBe(text);
    },
  );

  test.each([
    'Error',
    'TypeError',
    'States.Timeout',
    'States.TaskFailed',
    'DeploymentFailed',
    'DeploymentFailed.',
    'DeploymentFailed.unknown',
    'DeploymentFailed.toString',
    'DeploymentFailed.__proto__',
    'build_failed',
    '',
  ])('of any other name is internal, and shows nothing of its cause: %j', (name) => {
    expect(readCaughtError({ Error: name, Cause: 'password=secret' })).toEqual({
      reason: 'internal',
      message: FAILURE_REASONS.internal,
    });
  });
});

test('an error that isn’t a failed deployment keeps its own name, which Retry looks for', () => {
  const error = new TypeError('x');

  expect(toTaskError(error)).toBe(error);
  expect(toTaskError('text')).toBe('text');
});
