import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '../../infra/assets/bundled-assets.ts';
import { FUNCTIONS } from '../../infra/functions.ts';

const BUDGET_KB = 700;
const BYTES_PER_KB = 1000;

/** Over the budget, each with what it may not grow beyond: docs/adr/0014 says why, and what would help. */
const OVER_BUDGET_KB: Readonly<Record<string, number>> = { prepare: 1200, 'publish-image': 900 };

describe('the bundle of', () => {
  test.each([...FUNCTIONS])('%s stays within its budget', (name, { entry }) => {
    const size_kb = statSync(join(bundle(entry), 'index.mjs')).size / BYTES_PER_KB;
    expect(size_kb).toBeLessThanOrEqual(OVER_BUDGET_KB[name] ?? BUDGET_KB);
  });
});
