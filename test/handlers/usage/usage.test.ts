import { expect, test } from 'vitest';
import { createTestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';

test('usage has every meter of the month, the current one where none is given', async () => {
  const api = await createTestApi();
  const { token, tenant_id } = await api.signUp('ada');
  await api.deps.usage.add(tenant_id, '2026-11', 'evt_1', { deployments: 2, build_ms: 90_000 });

  for (const query of ['', '?month=2026-11']) {
    expect(expectSuccess('getUsage', await api.call('GET', `/api/v1/usage${query}`, { token }))).toEqual({
      data: [
        { meter: 'deployments', quantity: 2, unit: 'deployment' },
        { meter: 'build_minutes', quantity: 1.5, unit: 'minute' },
      ],
    });
  }
  const earlier = await api.call('GET', '/api/v1/usage?month=2026-10', { token });
  expect(expectSuccess('getUsage', earlier)).toMatchObject({ data: [{ quantity: 0 }, { quantity: 0 }] });
});

test.each(['2026-13', '2026', 'now', ''])('the month %j is refused', async (month) => {
  const api = await createTestApi();
  const { token } = await api.signUp('ada');

  expectProblem(await api.call('GET', `/api/v1/usage?month=${month}`, { token }), 'VALIDATION_FAILED');
});
