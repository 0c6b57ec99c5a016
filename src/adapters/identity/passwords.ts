import { randomBytes } from 'node:crypto';
import * as native from '@node-rs/argon2';
import type { PasswordHasher } from '../../domain/identity/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import { createSemaphore } from '../system/semaphore.ts';

/** The brief's parameters: 64 MiB, one pass, four lanes, 32-byte salt and hash. 2 is Argon2id in the library's enum,
 *  which is a const enum and so can't be named under isolatedModules. */
const ARGON2ID = { algorithm: 2, memoryCost: 65_536, timeCost: 1, parallelism: 4, outputLen: 32 } as const;
const SALT_BYTES = 32;

// Each hash takes 64 MiB while it runs, and the libuv pool has four threads for all else too.
const MAX_CONCURRENT = 2;
// Some seconds' worth. Whoever came later would give up before their turn, and still take it.
const MAX_WAITING = 100;
const RETRY_AFTER_S = 2;

/** What a hash with today's parameters looks like. */
const CURRENT = /^\$argon2id\$v=19\$m=65536,t=1,p=4\$[A-Za-z0-9+/]{43}\$[A-Za-z0-9+/]{43}$/;

/** Argon2id on the thread pool, a few at a time; the rest wait in order, but not too many.
 *  @param argon2 - the library, or what watches it in a test */
export function createPasswordHasher(
  argon2: Pick<typeof native, 'hash' | 'verify'> = native,
): PasswordHasher {
  const places = createSemaphore(MAX_CONCURRENT, {
    max_waiting: MAX_WAITING,
    refuse: () => new AppError('SERVICE_UNAVAILABLE', { retry_after_s: RETRY_AFTER_S }),
  });
  const hashPassword = (password: string) =>
    places.run(() => argon2.hash(password, { ...ARGON2ID, salt: randomBytes(SALT_BYTES) }));
  const decoy = createDecoy();
  return {
    hash: hashPassword,
    isOutdated: (phc) => !CURRENT.test(phc),
    // By the parameters that the hash itself names.
    verify: (phc, password) => places.run(() => argon2.verify(phc, password)),
    async verifyNothing(password) {
      await places.run(() => argon2.verify(decoy, password));
    },
  };
}

/** A hash of no known password. It is made up, since making one would take the first unknown address twice the time. */
function createDecoy(): string {
  const { memoryCost, timeCost, parallelism, outputLen } = ARGON2ID;
  const [salt, made_up] = [SALT_BYTES, outputLen].map((length) =>
    randomBytes(length).toString('base64').replace(/=+$/, ''),
  );
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${made_up}`;
}
