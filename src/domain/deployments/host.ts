import { DEFAULT_ENVIRONMENT, DEFAULT_SERVICE } from './model.ts';

const MAX_LABEL_LENGTH = 63;
const HASH_LENGTH = 8;

/** A lower-case DNS label made from a text: RFC 1123, at most 63 characters, never empty. */
export function slugify(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LABEL_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'app' : slug;
}

/** Host labels to try for a service, best first: the plain one, then one with a short hash of its ids, where somebody
 *  else has the first. The default service and environment don't appear in the name. */
export function hostCandidates(input: {
  readonly project_name: string;
  readonly project_id: string;
  readonly service: string;
  readonly environment: string;
}): readonly [string, string] {
  const parts = [
    input.service === DEFAULT_SERVICE ? '' : input.service,
    input.environment === DEFAULT_ENVIRONMENT ? '' : input.environment,
    input.project_name,
  ];
  const plain = slugify(parts.filter((part) => part !== '').join('-'));
  const hash = shortHash(`${input.project_id}/${input.environment}/${input.service}`);
  const room = MAX_LABEL_LENGTH - HASH_LENGTH - 1;
  return [plain, `${plain.slice(0, room).replace(/-+$/, '')}-${hash}`];
}

// FNV-1a, twice with different seeds: it only has to spread names, not to resist an attacker; a claim is what decides.
function shortHash(text: string): string {
  const half = (seed: number) => {
    let hash = seed;
    for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return hash;
  };
  const bits = (BigInt(half(0x811c9dc5)) << 32n) | BigInt(half(0x050c5d1f));
  return bits.toString(36).padStart(HASH_LENGTH, '0').slice(-HASH_LENGTH);
}
