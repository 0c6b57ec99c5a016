import { createHash } from 'node:crypto';

// RFC 9110, 8.8.3: any visible character but the quotation mark, a comma among them.
const ENTITY_TAG = /^[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/;
const OWN_TAG = /^(\d+)-[\w-]{22}$/;

interface EntityTag {
  readonly is_weak: boolean;
  readonly text: string;
}

/** The tag of an answer. It covers the whole of it, so that a 304 hides nothing; the leading version is the thing's own, and
 *  all that If-Match compares. */
export function createEntityTag(body: string, version = 0): string {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return `"${version}-${hash}"`;
}

/** RFC 9110, 13.1.2: whether the client has this answer. Tags are compared weakly.
 *  @param header - If-None-Match */
export function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (isAny(header)) return true;
  return readTags(header).some(({ text }) => `"${text}"` === tag);
}

/** Whether a change may be made to a thing that there is, at this version: RFC 9110, 13.1.1 and 13.1.2. Tags are compared
 *  strongly by If-Match, so a weak one fits nothing. */
export function mayChange(
  headers: { readonly if_match: string | undefined; readonly if_none_match: string | undefined },
  version: number,
): boolean {
  const names = (header: string, weakly: boolean) =>
    isAny(header) ||
    readTags(header).some(
      ({ is_weak, text }) => (weakly || !is_weak) && OWN_TAG.exec(text)?.[1] === String(version),
    );
  const { if_match, if_none_match } = headers;
  if (if_match !== undefined) return names(if_match, false);
  return if_none_match === undefined || !names(if_none_match, true);
}

function isAny(header: string): boolean {
  return header.trim() === '*';
}

/** The tags of a list; none of what isn't one: a header that can't be understood names nothing that we know. */
function readTags(header: string): EntityTag[] {
  const tags: EntityTag[] = [];
  let rest = header;
  while (rest !== '') {
    const [all, weak, text] = ENTITY_TAG.exec(rest) ?? [];
    if (all === undefined || text === undefined) return [];
    tags.push({ is_weak: weak !== undefined, text });
    rest = rest.slice(all.length);
  }
  return tags;
}
