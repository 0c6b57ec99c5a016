import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../../../src/adapters/table/port.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { expectProblem } from '../../support/samples.ts';
import { createMemoryTable } from '../../support/tables.ts';

let api: TestApi;
/** The table's operations that were called, in order. */
let calls: string[];
beforeEach(async () => {
  calls = [];
  const memory = createMemoryTable();
  const table = new Proxy(memory.table, {
    get: (target, name: keyof Table) => {
      calls.push(name);
      return target[name].bind(target);
    },
  });
  api = await createTestApi({ memory: { ...memory, table }, rate_limit: 'default' });
  await api.signUp('ada');
});

/** Tries a wrong password. @returns all that could tell whether there is such an account */
async function tryWrong(email: string) {
  const before = { calls: calls.length, work: api.test_accounts.passwords.calls.length };
  const answer = await api.call('POST', '/api/v1/auth/login', { body: { email, password: 'wrong' } });
  const { 'x-request-id': request_id, ...headers } = answer.headers;
  return {
    status: answer.status,
    headers,
    text: answer.text.replaceAll(String(request_id), ''),
    calls: calls.slice(before.calls),
    // Which of the two verified a hash is not to be seen from outside; that one did is.
    verifications: api.test_accounts.passwords.calls.length - before.work,
    answer,
  };
}

describe('a sign-in with an unknown address', () => {
  test('can’t be told from a wrong password: not by its answer, nor by what is done', async () => {
    const { answer: wrong, ...known } = await tryWrong('ada@example.com');
    const { answer: nobody, ...unknown } = await tryWrong('eve@example.com');

    expectProblem(wrong, 'INVALID_CREDENTIALS');
    expectProblem(nobody, 'INVALID_CREDENTIALS');
    const [one, other] = [known, unknown].map(({ headers, ...rest }) => ({
      ...rest,
      // Each request takes one of its address's; nothing else may differ.
      headers: { ...headers, ratelimit: expect.any(String) },
    }));
    expect(other).toEqual(one);
    expect(known.verifications).toBe(1);
    expect(known.calls).toContain('get');
  });

  test('is counted and refused alike, without a verification', async () => {
    for (let count = 0; count < 10; count += 1) {
      await tryWrong('ada@example.com');
      await tryWrong('eve@example.com');
    }
    const { answer: wrong, ...known } = await tryWrong('ada@example.com');
    const { answer: nobody, ...unknown } = await tryWrong('eve@example.com');

    expectProblem(wrong, 'RATE_LIMITED');
    expectProblem(nobody, 'RATE_LIMITED');
    expect({ ...unknown, headers: '' }).toEqual({ ...known, headers: '' });
    expect(unknown.headers['retry-after']).toBe(known.headers['retry-after']);
    expect(known.verifications).toBe(0);
  });
});
