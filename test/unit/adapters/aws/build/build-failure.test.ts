import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeBuildFailure,
  nameBuildFailure,
} from '../../../../../src/adapters/aws/build/build-failure.ts';
import { FAILURE_REASONS } from '../../../../../src/domain/deployments/index.ts';

const TICKET = 'https://bucket.s3.amazonaws.com/sources/ten_1/dpl_1.job?X-Amz-Signature=abc';

function build(status: string, message?: string, phase = { PhaseType: 'BUILD', PhaseStatus: 'FAILED' }) {
  return {
    Arn: 'arn:aws:codebuild:eu-central-1:1:build/branchline-dev-build:1',
    BuildStatus: status,
    Environment: { EnvironmentVariables: [{ Name: 'JOB_URL', Type: 'PLAINTEXT', Value: TICKET }] },
    Phases: [
      { PhaseType: 'SUBMITTED', PhaseStatus: 'SUCCEEDED', Contexts: null },
      { PhaseType: 'PROVISIONING', PhaseStatus: 'SUCCEEDED', Contexts: [{ StatusCode: '', Message: '' }] },
      {
        ...phase,
        Contexts: message === undefined ? [] : [{ StatusCode: 'COMMAND_EXECUTION_ERROR', Message: message }],
      },
      { PhaseType: 'COMPLETED' },
    ],
  };
}

const exit = (code: number) =>
  `Error while executing command: bash /tmp/build.sh. Reason: exit status ${code}`;

describe('why a build failed', () => {
  it.each([
    [20, 'build_failed', ''],
    [21, 'build_timeout', ''],
    [22, 'out_of_memory', ' It was the image build.'],
    [23, 'storage_full', ' It was the image build.'],
    [24, 'invalid_config', ' The Dockerfile that it names is not in the repository.'],
    [25, 'build_failed', ' The image is larger than this installation accepts.'],
    [70, 'internal', ''],
    [1, 'internal', ''],
    [137, 'internal', ''],
  ] as const)('exit code %i is %s', (code, reason, detail) => {
    const expected = { reason, message: FAILURE_REASONS[reason] + detail };
    expect(describeBuildFailure(JSON.stringify(build('FAILED', exit(code))))).toEqual(expected);
    expect(describeBuildFailure(JSON.stringify({ Build: build('FAILED', exit(code)) }))).toEqual(expected);
  });

  it.each([
    ['TIMED_OUT', undefined, 'build_timeout'],
    ['TIMED_OUT', { PhaseType: 'QUEUED', PhaseStatus: 'TIMED_OUT' }, 'internal'],
    ['STOPPED', undefined, 'interrupted'],
    ['FAULT', undefined, 'internal'],
    ['FAILED', undefined, 'internal'],
  ] as const)('status %s, %j is %s', (status, phase, reason) => {
    const cause = JSON.stringify(build(status, undefined, phase));
    expect(describeBuildFailure(cause)).toMatchObject({ reason });
  });

  it('is read from a cause that was cut off, too', () => {
    const cause = JSON.stringify(build('FAILED', exit(21)));
    expect(describeBuildFailure(cause.slice(0, -10))).toMatchObject({ reason: 'build_timeout' });
    expect(describeBuildFailure(cause.slice(0, 250))).toMatchObject({ reason: 'internal' });
  });

  it.each(['', 'text', '{', '{"errorMessage":"x"}', 'null', '[]', '{"BuildStatus":7}'])(
    'says nothing of %j',
    (cause) => {
      expect(describeBuildFailure(cause)).toBeUndefined();
    },
  );

  it('never throws, and never repeats anything of the cause', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        fc.string({ minLength: 4 }),
        fc.nat(300),
        (cause, message, end) => {
          describeBuildFailure(cause);
          const text = JSON.stringify(build('FAILED', `${message} ${TICKET}`)).slice(0, end + 200);
          expect(JSON.stringify(describeBuildFailure(text) ?? '')).not.toContain('amazonaws');
        },
      ),
    );
  });

  it("goes by the pipeline's own names", () => {
    const caught = { Error: 'States.TaskFailed', Cause: JSON.stringify(build('FAILED', exit(20))) };
    expect(nameBuildFailure(caught)).toEqual({
      Error: 'DeploymentFailed.build_failed',
      Cause: FAILURE_REASONS.build_failed,
    });
    const other = { Error: 'Lambda.Unknown', Cause: '{"errorMessage":"x"}' };
    expect(nameBuildFailure(other)).toBe(other);
    expect(nameBuildFailure({ Error: 'States.Timeout' })).toEqual({ Error: 'States.Timeout' });
  });
});
