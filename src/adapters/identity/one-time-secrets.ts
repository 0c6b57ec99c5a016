import { createHash, randomBytes } from 'node:crypto';
import type { OneTimeSecrets } from '../../domain/identity/index.ts';

const BYTES = 32;

/** 256 random bits, so that a fast hash is enough: SHA-256, in hexadecimal. */
export const oneTimeSecrets: OneTimeSecrets = {
  create: () => randomBytes(BYTES).toString('base64url'),
  hash: (secret) => createHash('sha256').update(secret).digest('hex'),
};
