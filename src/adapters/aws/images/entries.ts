import type { ReadEntry } from 'tar';
import { Parser } from 'tar/parse';
import { ArchiveError } from './archive-error.ts';

// Long names and attributes; no builder writes so much of them.
const MAX_META_BYTES = 64 * 1024;
const COMPRESSED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/**
 * Reads a plain tar archive, entry by entry. `onEntry` has to consume its entry.
 * @throws ArchiveError for what is no whole tar archive, and what `onEntry` and the source throw
 */
export async function readEntries(
  source: AsyncIterable<Uint8Array>,
  onEntry: (entry: ReadEntry) => Promise<void>,
): Promise<void> {
  const parser = new Parser({ strict: true, maxMetaEntrySize: MAX_META_BYTES, brotli: false, zstd: false });
  const pending: Promise<void>[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let wake = (): void => undefined;
  const fail = (reason: unknown): void => {
    failure ??= { reason };
    wake();
  };
  const sleep = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (failure !== undefined) resolve();
    });
  const check = (): void => {
    if (failure !== undefined) throw failure.reason;
  };

  parser.on('error', (error: unknown) => fail(new ArchiveError('it is no tar archive', error)));
  parser.on('ignoredEntry', (entry: ReadEntry) => fail(new ArchiveError(`it holds a ${entry.type}`)));
  parser.on('drain', () => wake());
  parser.on('entry', (entry: ReadEntry) => pending.push(onEntry(entry).catch(fail)));

  let is_first = true;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // The parser would unpack it, however much comes out.
    if (is_first && COMPRESSED.some((magic) => bytes.subarray(0, 2).equals(magic.subarray(0, 2)))) {
      throw new ArchiveError('it is compressed');
    }
    is_first = false;
    if (!parser.write(bytes)) await sleep();
    check();
  }
  const ended = new Promise<void>((resolve) => parser.once('end', resolve));
  parser.end();
  await Promise.race([ended, sleep()]);
  check();
  await Promise.all(pending);
  check();
}
