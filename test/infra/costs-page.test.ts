import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFigures } from '../../bench/access/figures.ts';
import { priceDeployment } from '../../bench/access/price.ts';
import { total } from '../../bench/capacity/tally.ts';
import { PRICE_LIST } from '../../infra/prices.ts';
import { priceOf, thousandRequests, toTable } from '../../infra/use-price.ts';

const page = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');
const { routes, deployments } = readFigures();

test.each([
  ['a thousand requests', thousandRequests(total(routes.getProject.reads))],
  ['a deployment', priceDeployment(deployments['succeeds after a minute and a half'])],
])('docs/costs.md does the sum of %s with the prices that there are', (_name, lines) => {
  expect(page).toContain(toTable(lines).join('\n'));
});

test('what was counted is what is priced', () => {
  const counted = deployments['succeeds at once'];
  const quantities = new Map(priceDeployment(counted).map(({ what, quantity }) => [what, quantity]));

  expect(quantities.get('State transitions')).toBe(counted.transitions);
  expect(quantities.get('Lambda requests')).toBe(counted.lambda_requests);
  expect(quantities.get('DynamoDB writes')).toBe(total(counted.whole.writes));
  expect(quantities.get('DynamoDB reads')).toBe(total(counted.whole.reads));
  expect(quantities.get('Events')).toBe(counted.events);
});

test('a rollback pays for no build, and a longer wait costs more', () => {
  const price = (name: keyof typeof deployments) => priceOf(priceDeployment(deployments[name]));

  expect(priceDeployment(deployments['is a rollback']).map(({ what }) => what)).not.toContain(
    'Build, minutes',
  );
  expect(price('is a rollback')).toBeLessThan(price('succeeds at once') / 5);
  expect(price('succeeds after a minute and a half')).toBeGreaterThan(price('succeeds at once'));
});

test('prices name their region, their pages and the day they were entered', () => {
  expect(PRICE_LIST.region).toBe('us-east-1');
  expect(PRICE_LIST.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const url of PRICE_LIST.pages) expect(new URL(url).host).toBe('aws.amazon.com');
});
