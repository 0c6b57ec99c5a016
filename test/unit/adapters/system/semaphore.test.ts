import { expect, test } from 'vitest';
import { createSemaphore } from '../../../../src/adapters/system/semaphore.ts';

test('lets so many run at once, and the rest in the order in which they came', async () => {
  const places = createSemaphore(2);
  const started: number[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const runs = gates.map((gate, number) =>
    places.run(async () => {
      started.push(number);
      await gate.promise;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  gates[1]?.resolve();
  await runs[1];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(runs);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('gives its place back when the work fails', async () => {
  const places = createSemaphore(1);
  await expect(places.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await places.run(async () => 'next')).toBe('next');
});

test('who is called off while waiting neither runs nor takes a place', async () => {
  const places = createSemaphore(1);
  const gate = Promise.withResolvers<void>();
  const first = places.run(() => gate.promise);
  const off = new AbortController();
  const second = places.run(async () => 'never', off.signal);
  off.abort(new Error('called off'));
  await expect(second).rejects.toThrow('called off');
  gate.resolve();
  await first;
  expect(await places.run(async () => 'third')).toBe('third');
});
