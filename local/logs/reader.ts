import { decodeLine, listSegments, type NumberedLine, readSegment, sequenceOf } from './segments.ts';

/** Encoded size after which a page ends, whatever its limit: long lines must not add up in memory. */
const MAX_PAGE_CHARS = 1024 * 1024;

/** Lines after a cursor, and the cursor for the ones after them. */
export interface LogPage {
  readonly lines: readonly NumberedLine[];
  readonly next: number;
}

/**
 * Reads at most `limit` lines after a sequence number. It opens only the segments that hold them; where they were
 * dropped it goes on with the oldest line there is.
 */
export async function readPage(folder: string, after: number, limit: number): Promise<LogPage> {
  const lines: NumberedLine[] = [];
  let page_chars = 0;
  let next = after;
  for (const first of segmentsFrom(await listSegments(folder), after)) {
    for (const encoded of await readSegment(folder, first)) {
      const sequence = sequenceOf(encoded);
      if (sequence === undefined || sequence <= next) continue;
      if (lines.length >= limit || page_chars >= MAX_PAGE_CHARS) return { lines, next };
      next = sequence;
      page_chars += encoded.length;
      const line = decodeLine(encoded);
      if (line !== undefined) lines.push(line);
    }
  }
  return { lines, next };
}

/** The segment that holds the line after the cursor, and all later ones. */
function segmentsFrom(segments: readonly number[], after: number): readonly number[] {
  const index = segments.findLastIndex((first) => first <= after + 1);
  return segments.slice(Math.max(index, 0));
}
