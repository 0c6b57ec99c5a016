import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../domain/identity/index.ts';

/** The brief's parameters: 64 MiB, one pass, four lanes, 32-byte salt and hash. 2 is Argon2id in the library's enum,
 *  which is a const enum and so can't be named under isolatedModules. */
const ARGON2ID = { algorithm: 2, memoryCost: 65_536, timeCost: 1, parallelism: 4, outputLen: 32 } as const;
const SALT_BYTES = 32;

// Each hash takes 64 MiB while it runs, and the libuv pool has four threads for all else too.
const MAX_CONCURRENT = 2;

/** Argon2id on the thread pool, a few at a time; the rest wait in order. */
export function createPasswordHasher(): PasswordHasher {
  const limited = createLimiter(MAX_CONCURRENT);
  const hashPassword = (password: string) =>
    limited(() => hash(password, { ...ARGON2ID, salt: randomBytes(SALT_BYTES) }));
  let decoy: Promise<string> | undefined;
  return {
    hash: hashPassword,
    verify: (phc, password) => limited(() => verify(phc, password)),
    async verifyNothing(password) {
      decoy ??= hashPassword(randomBytes(SALT_BYTES).toString('base64'));
      const phc = await decoy;
      await limited(() => verify(phc, password));
    },
  };
}

function createLimiter(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // A waiting one takes over this place, so the count stays.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
