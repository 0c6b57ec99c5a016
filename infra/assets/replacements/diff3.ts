/** Stands in bundles for diff3, by which isomorphic-git would merge: repositories are only read. */
export default function mergeTexts(): never {
  throw new Error('This bundle merges nothing');
}
