import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PRICE_LIST } from '../../infra/prices.ts';
import { ONE_DEPLOYMENT, THOUSAND_REQUESTS, toTable } from '../../infra/use-price.ts';

const page = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');

test.each([
  ['a thousand requests', THOUSAND_REQUESTS],
  ['a deployment', ONE_DEPLOYMENT],
])('docs/costs.md does the sum of %s with the prices that there are', (_name, lines) => {
  expect(page).toContain(toTable(lines).join('\n'));
});

test('prices name their region, their pages and the day they were entered', () => {
  expect(PRICE_LIST.region).toBe('us-east-1');
  expect(PRICE_LIST.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const url of PRICE_LIST.pages) expect(new URL(url).host).toBe('aws.amazon.com');
});
