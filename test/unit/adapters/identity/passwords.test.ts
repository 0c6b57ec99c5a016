import * as argon2 from '@node-rs/argon2';
import { expect, test, vi } from 'vitest';
import { createPasswordHasher } from '../../../../src/adapters/identity/passwords.ts';

const passwords = createPasswordHasher();
const PHC = /^\$argon2id\$v=19\$m=65536,t=1,p=4\$[A-Za-z0-9+/]{43}\$[A-Za-z0-9+/]{43}$/;

test('a hash is the brief’s PHC string, with another salt each time', async () => {
  const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);

  expect(one).toMatch(PHC);
  expect(other).toMatch(PHC);
  expect(one).not.toBe(other);
});

test('only the password exactly as typed fits', async () => {
  const phc = await passwords.hash(' Pässword\u0000x ');
  const fits = await Promise.all(
    [
      ' Pässword\u0000x ',
      'Pässword\u0000x',
      ' pässword\u0000x ',
      ' Pa\u0308ssword\u0000x ',
      ' Pässword',
      '',
    ].map((text) => passwords.verify(phc, text)),
  );

  expect(fits).toEqual([true, false, false, false, false, false]);
});

test('a hash made with other parameters still fits', async () => {
  const older = await argon2.hash('correct horse', { memoryCost: 8192, timeCost: 2, parallelism: 1 });

  expect(await passwords.verify(older, 'correct horse')).toBe(true);
});

test('a hash is outdated unless it has today’s parameters and lengths', async () => {
  const current = await passwords.hash('correct horse');
  const others = [
    await argon2.hash('correct horse', { memoryCost: 8192, timeCost: 1, parallelism: 1 }),
    current.replace('t=1', 't=2'),
    current.replace('p=4', 'p=1'),
    current.replace('m=65536', 'm=65535'),
    current.replace('argon2id', 'argon2i'),
    current.slice(0, -1),
    'no hash',
  ];

  expect(passwords.isOutdated(current)).toBe(false);
  expect(others.map((phc) => passwords.isOutdated(phc))).toEqual(others.map(() => true));
});

test('when very many wait, the next one is told to come later, and those who wait get their turn', async () => {
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow = { hash: async () => '', verify: () => opened.then(() => true) };
  const hasher = createPasswordHasher(slow);
  const waiting = Array.from({ length: 102 }, () => hasher.verify('', ''));

  await expect(hasher.verify('', '')).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retry_after_s: 2,
  });
  await expect(hasher.hash('')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  open?.();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
  expect(await hasher.verify('', '')).toBe(true);
});

test('more at once than may run wait for their turn, and one that fails holds up nobody', async () => {
  const phc = await passwords.hash('correct horse');
  const outcomes = await Promise.allSettled([
    ...['a', 'b', 'c'].map((text) => passwords.verify('no hash', text)),
    ...['correct horse', 'x', 'correct horse', 'y'].map((text) => passwords.verify(phc, text)),
    passwords.verifyNothing('whatever'),
  ]);

  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'))).toEqual([
    ...['failed', 'failed', 'failed'],
    ...[true, false, true, false],
    undefined,
  ]);
});

test('an unknown address costs one verification of a whole hash, also the first time', async () => {
  const watched = { hash: vi.fn(argon2.hash), verify: vi.fn(argon2.verify) };
  await createPasswordHasher(watched).verifyNothing('whatever');

  expect(watched.hash).not.toHaveBeenCalled();
  expect(watched.verify.mock.calls).toEqual([[expect.stringMatching(PHC), 'whatever']]);
  expect(await watched.verify.mock.results[0]?.value).toBe(false);
});
