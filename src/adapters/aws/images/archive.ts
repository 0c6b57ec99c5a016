import { posix } from 'node:path';
import type { ReadEntry } from 'tar';
import { ArchiveError } from './archive-error.ts';
import { digestFile, type StoredFile } from './digest-file.ts';
import { readEntries } from './entries.ts';

/** What an archive may hold at most. */
export interface ArchiveLimits {
  readonly max_entries: number;
  /** As it lies there, and apart from it everything unpacked. */
  readonly max_bytes: number;
  readonly max_layers: number;
}

/** The files of an archive, hashed. */
export interface Archive {
  /** The file of that name; a link to another file of the archive counts as that.
   *  @throws ArchiveError when there is none */
  file(path: string): StoredFile;
  has(path: string): boolean;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  max_entries: 2_000,
  max_bytes: 4 * 1024 ** 3,
  max_layers: 127,
};

// Manifests and configs; a layer is hashed as it passes and never held.
const MAX_DOCUMENT_BYTES = 1024 * 1024;
const MAX_DOCUMENTS_BYTES = 16 * 1024 * 1024;
const MAX_PATH_CHARS = 255;
const FILES: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];

/**
 * Reads a whole archive once and hashes what is in it. Nothing is written anywhere, and every size is checked before the
 * bytes are read.
 * @throws ArchiveError
 */
export async function scanArchive(
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): Promise<Archive> {
  const files = new Map<string, StoredFile>();
  const links = new Map<string, string>();
  const taken = new Set<string>();
  let bytes = 0;
  let unpacked_bytes = 0;
  let documents_bytes = 0;

  const readFile = async (entry: ReadEntry, path: string): Promise<void> => {
    bytes += entry.size;
    if (bytes > limits.max_bytes) throw tooLarge();
    const is_document = entry.size <= Math.min(MAX_DOCUMENT_BYTES, MAX_DOCUMENTS_BYTES - documents_bytes);
    if (is_document) documents_bytes += entry.size;
    const file = await digestFile(entry, {
      path,
      keeps_content: is_document,
      max_unpacked_bytes: limits.max_bytes - unpacked_bytes,
    });
    unpacked_bytes += file.unpacked_bytes;
    files.set(path, file);
  };

  await readEntries(source, async (entry) => {
    const path = safePath(entry.path);
    if (taken.size >= limits.max_entries) throw new ArchiveError('it has too many entries');
    // Docker names a folder more than once; a file twice would leave open which of them counts.
    if (taken.has(path) && entry.type !== 'Directory') throw new ArchiveError('it names a file twice');
    taken.add(path);
    if (FILES.includes(entry.type)) return readFile(entry, path);
    if (entry.type === 'SymbolicLink') links.set(path, entry.linkpath ?? '');
    else if (entry.type !== 'Directory') throw new ArchiveError(`it holds a ${entry.type}`);
    entry.resume();
  });

  const find = (path: string): StoredFile | undefined => {
    const link = links.get(path);
    return files.get(link === undefined ? path : posix.join(posix.dirname(path), link));
  };
  return {
    has: (path) => find(path) !== undefined,
    file(path) {
      const file = find(path);
      if (file === undefined)
        throw new ArchiveError(`it lacks ${JSON.stringify(path.slice(0, MAX_PATH_CHARS))}`);
      return file;
    },
  };
}

/** An entry's path as the archive's own documents write it. @throws ArchiveError for one that leads anywhere else */
export function safePath(path: string): string {
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '');
  const segments = plain.split('/');
  const is_odd = segments.some((segment) => segment === '..' || segment === '.' || segment === '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no builder writes them, so it is a trick.
  if ((is_odd && path !== './') || path.length > MAX_PATH_CHARS || /[\u0000-\u001f\\]/.test(path)) {
    throw new ArchiveError('it holds a path that leads elsewhere');
  }
  return plain;
}

function tooLarge(): ArchiveError {
  return new ArchiveError('it is larger than this installation accepts');
}
