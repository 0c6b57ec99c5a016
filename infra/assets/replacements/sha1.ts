import { createHash, type Hash } from 'node:crypto';

/** Stands in bundles for sha.js, which isomorphic-git's module for browsers brings along. `new` gives the hash it returns. */
export default function Sha1(): Hash {
  return createHash('sha1');
}
