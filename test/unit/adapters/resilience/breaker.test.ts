import { beforeEach, describe, expect, test } from 'vitest';
import type { Breaker, BreakerChange } from '../../../../src/adapters/resilience/breaker.ts';
import { createBreakers } from '../../../../src/adapters/resilience/breakers.ts';
import { createTestBreakers, stopDate, TEST_BREAKER } from '../../../support/breakers.ts';

const { max_failures, open_timeout_ms, max_half_open_calls } = TEST_BREAKER;
const date = stopDate();

const OUTAGE = new Error('no answer');
const REFUSAL = new Error('404');
const calling = { isFailure: (error: unknown) => error === OUTAGE };

let breaker: Breaker;
let changes: BreakerChange[];
beforeEach(() => {
  const made = createTestBreakers();
  changes = made.changes;
  breaker = made.breakers.of('service');
});

const states = () => changes.map(({ state }) => state);
const fail = () => expect(breaker.run(() => Promise.reject(OUTAGE), calling)).rejects.toBe(OUTAGE);
const refuse = () => expect(breaker.run(() => Promise.reject(REFUSAL), calling)).rejects.toBe(REFUSAL);
const succeed = () => expect(breaker.run(async () => 'done', calling)).resolves.toBe('done');

async function failUntilOpen(): Promise<void> {
  for (let failure = 0; failure < max_failures; failure += 1) await fail();
}

/** A call that is refused: by what, and whether it was made all the same. */
async function refused() {
  let was_called = false;
  const error: unknown = await breaker
    .run(async () => {
      was_called = true;
    }, calling)
    .catch((thrown: unknown) => thrown);
  expect(was_called).toBe(false);
  return error;
}

/** A call that is under way until it is told how it ends. */
function begin(signal?: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let was_called = false;
  const work = () => {
    was_called = true;
    return promise;
  };
  const ended = breaker.run(work, { ...calling, signal }).catch((error: unknown) => error);
  return { ended, resolve, reject, wasCalled: () => was_called };
}

describe('a closed circuit', () => {
  test('opens after so many failures in a row, and says once that it did, and why', async () => {
    for (let failure = 1; failure < max_failures; failure += 1) await fail();
    expect(changes).toEqual([]);
    await fail();
    expect(changes).toEqual([{ name: 'service', state: 'open', error: OUTAGE }]);
  });

  test('stays closed while failures are not in a row', async () => {
    for (let round = 0; round < max_failures; round += 1) {
      await fail();
      await fail();
      await succeed();
    }
    expect(changes).toEqual([]);
  });

  test('stays closed whatever the service answers, and takes each answer for a sign of life', async () => {
    for (let round = 0; round < 2 * max_failures; round += 1) await refuse();
    await fail();
    await fail();
    await refuse();
    await fail();
    await fail();
    expect(changes).toEqual([]);
  });

  test('learns nothing from a call that its caller ended', async () => {
    const ended = AbortSignal.abort(new Error('client is gone'));
    for (let round = 0; round < 2 * max_failures; round += 1) {
      const run = breaker.run(() => Promise.reject(OUTAGE), { ...calling, signal: ended });
      await expect(run).rejects.toBe(OUTAGE);
    }
    expect(changes).toEqual([]);
    await fail();
    await fail();
    await breaker.run(() => Promise.reject(REFUSAL), { ...calling, signal: ended }).catch(() => undefined);
    await fail();
    expect(states()).toEqual(['open']);
  });

  test('opens once for calls that fail at the same time', async () => {
    const calls = Array.from({ length: 2 * max_failures }, () => begin());
    for (const call of calls) call.reject(OUTAGE);
    await Promise.all(calls.map(({ ended }) => ended));
    expect(states()).toEqual(['open']);
  });
});

describe('an open circuit', () => {
  beforeEach(failUntilOpen);

  test('refuses at once, without a call, and says when to come again', async () => {
    expect(await refused()).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retry_after_s: open_timeout_ms / 1000,
      cause: { message: expect.stringContaining('The circuit of service is open') },
    });
    date.advance(3500);
    expect(await refused()).toMatchObject({ retry_after_s: 7 });
    date.advance(open_timeout_ms - 3501);
    expect(await refused()).toMatchObject({ retry_after_s: 1 });
  });

  test('becomes half-open after its time, by the next call, which is made', async () => {
    date.advance(open_timeout_ms);
    expect(states()).toEqual(['open']);
    await succeed();
    expect(states()).toEqual(['open', 'half_open']);
  });
});

describe('a half-open circuit', () => {
  beforeEach(async () => {
    await failUntilOpen();
    date.advance(open_timeout_ms);
  });

  test('lets so many calls through and refuses the others at once', async () => {
    const tried = Array.from({ length: max_half_open_calls }, () => begin());
    expect(tried.map((call) => call.wasCalled())).toEqual(tried.map(() => true));
    expect(await refused()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retry_after_s: 1 });
    for (const call of tried) call.resolve('done');
    await Promise.all(tried.map(({ ended }) => ended));
    await succeed();
  });

  test('closes when all that were tried succeeded, and counts failures anew', async () => {
    for (let call = 0; call < max_half_open_calls; call += 1) await succeed();
    expect(states()).toEqual(['open', 'half_open', 'closed']);
    await fail();
    await fail();
    await succeed();
    expect(states()).toEqual(['open', 'half_open', 'closed']);
  });

  test('closes for refusals too: the service answers', async () => {
    for (let call = 0; call < max_half_open_calls; call += 1) await refuse();
    expect(states().at(-1)).toBe('closed');
  });

  test('opens again at the first failure, for its whole time, and then is half-open again', async () => {
    await fail();
    expect(states()).toEqual(['open', 'half_open', 'open']);
    expect(await refused()).toMatchObject({ retry_after_s: open_timeout_ms / 1000 });
    date.advance(open_timeout_ms);
    for (let call = 0; call < max_half_open_calls; call += 1) await succeed();
    expect(states()).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
  });

  test('is not closed by a call that its caller ended', async () => {
    const ender = new AbortController();
    const call = begin(ender.signal);
    ender.abort();
    call.reject(REFUSAL);
    expect(await call.ended).toBe(REFUSAL);
    expect(changes.at(-1)).toEqual({ name: 'service', state: 'open', error: REFUSAL });
  });
});

describe('breakers', () => {
  test('are one for each name, and another’s failures are nothing to it', async () => {
    const { breakers } = createTestBreakers();
    expect(breakers.of('a')).toBe(breakers.of('a'));
    breaker = breakers.of('a');
    await failUntilOpen();
    await expect(breakers.of('b').run(async () => 1, calling)).resolves.toBe(1);
    expect(await refused()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('are not kept without end: the ones used longest ago go', () => {
    const breakers = createBreakers(TEST_BREAKER, () => undefined);
    const first = breakers.of('first');
    for (let host = 0; host < 1000; host += 1) breakers.of(`host-${host}`);
    expect(breakers.of('first')).not.toBe(first);
  });
});
