import { describe, expect, test } from 'vitest';
import { type DeploymentStatus, deploymentStatusSchema } from '../../../../src/domain/deployments/model.ts';
import { isFinal, isUnderWay, mayEnter } from '../../../../src/domain/deployments/transitions.ts';

/** Where each status may go, written out. What isn't here is forbidden. */
const ALLOWED: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  queued: ['building', 'deploying', 'failed', 'cancelled', 'skipped'],
  building: ['building', 'deploying', 'failed', 'cancelled'],
  deploying: ['building', 'deploying', 'success', 'failed', 'cancelled'],
  success: ['success', 'crashed', 'removed', 'sleeping'],
  failed: ['failed'],
  cancelled: [],
  crashed: ['removed'],
  removed: [],
  skipped: [],
  sleeping: ['removed'],
};

const PAIRS = deploymentStatusSchema.options.flatMap((from) =>
  deploymentStatusSchema.options.map((to) => ({ from, to, allowed: ALLOWED[from].includes(to) })),
);

test.each(PAIRS)('from $from to $to: $allowed', ({ from, to, allowed }) => {
  expect(mayEnter(from, to)).toBe(allowed);
});

describe('a deployment', () => {
  test.each(deploymentStatusSchema.options)(
    'that is %s is under way only before its fate is decided',
    (status) => {
      expect(isUnderWay(status)).toBe(['queued', 'building', 'deploying'].includes(status));
    },
  );

  test.each(deploymentStatusSchema.options)('that is %s is final where nothing else may follow', (status) => {
    expect(isFinal(status)).toBe(ALLOWED[status].every((to) => to === status));
  });

  test('that is over never gets under way again', () => {
    const over = deploymentStatusSchema.options.filter((status) => !isUnderWay(status));
    const again = over.flatMap((from) => ALLOWED[from].filter(isUnderWay));

    expect(again).toEqual([]);
  });
});
