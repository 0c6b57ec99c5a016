import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { send } from '../support/platform-http.ts';

const PER_MINUTE = 60;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ settings: { BRANCHLINE_RATE_LIMIT: String(PER_MINUTE) } });
});
afterAll(() => platform?.remove());

const login = (body: object) =>
  send(platform.port, {
    method: 'POST',
    path: '/api/v1/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a laptop’s platform makes an account wait that failed too often, and an address that asks too often', async () => {
  const guess = { email: 'ada@example.com', password: 'wrong' };
  const guesses: number[] = [];
  for (let count = 0; count < 11; count += 1) guesses.push((await login(guess)).status);
  expect(guesses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);

  // What is no valid request counts, too.
  const answers = await Promise.all(Array.from({ length: PER_MINUTE }, () => login({})));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.length - refused.length).toBeGreaterThan(PER_MINUTE / 2);
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused[0]?.headers['ratelimit-policy']).toBe(`"default";q=${PER_MINUTE};w=60`);
});
