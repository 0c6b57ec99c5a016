import { createSealer } from '../../src/adapters/system/sealer.ts';

/** A sealer with a fixed root key. */
export const testSealer = createSealer(Buffer.alloc(32, 7));
