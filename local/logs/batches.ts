import type { LogLine } from '../../src/domain/deployments/index.ts';
import { encodeLine, type LogEnd } from './segments.ts';

/** Lines that go into one segment together. */
export interface Batch {
  readonly data: string;
  readonly count: number;
  readonly first_sequence: number;
  readonly is_new_segment: boolean;
}

/** Numbers lines and divides them among segments; a segment holds at least one, however long. */
export function* splitIntoBatches(
  lines: readonly LogLine[],
  end: LogEnd,
  segment_bytes: number,
): Generator<Batch, void> {
  let first_sequence = end.next_sequence;
  let is_new_segment = end.segments.length === 0;
  let size_bytes = end.size_bytes;
  let encoded: string[] = [];
  const batch = (): Batch => ({
    data: encoded.join(''),
    count: encoded.length,
    first_sequence,
    is_new_segment,
  });
  for (const line of lines) {
    const text = encodeLine(line, first_sequence + encoded.length);
    const text_bytes = Buffer.byteLength(text);
    if (size_bytes > 0 && size_bytes + text_bytes > segment_bytes) {
      if (encoded.length > 0) yield batch();
      first_sequence += encoded.length;
      encoded = [];
      size_bytes = 0;
      is_new_segment = true;
    }
    encoded.push(text);
    size_bytes += text_bytes;
  }
  if (encoded.length > 0) yield batch();
}
