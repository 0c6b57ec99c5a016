import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import {
  type SourceDocument,
  type SourceSnapshot,
  type WellKnownFile,
  wellKnownFile,
} from '../../domain/builds/index.ts';
import { listFiles } from './list-files.ts';
import { parseDocument } from './parse-document.ts';

/** Bounds on what a repository can make the reader do. */
export interface SnapshotLimits {
  readonly max_files: number;
  readonly max_document_bytes: number;
}

interface ReadFile {
  readonly document: SourceDocument;
  readonly executable: boolean;
}

const DEFAULT_LIMITS: SnapshotLimits = { max_files: 50_000, max_document_bytes: 1024 * 1024 };
const ANY_EXECUTABLE_BIT = 0o111;

/**
 * Reads a source tree for the build plan: which files there are, and the content of the well-known ones.
 * Nothing outside the tree is read, whatever links the repository holds.
 * @param root - folder of the source tree
 */
export async function readSourceSnapshot(
  root: string,
  limits: SnapshotLimits = DEFAULT_LIMITS,
): Promise<SourceSnapshot> {
  const { files, truncated } = await listFiles(await realpath(root), limits.max_files);
  const executables = new Set<string>();
  const documents: [string, SourceDocument][] = [];
  const taken = new Map<WellKnownFile, number>();
  for (const { path, location } of files) {
    const kind = wellKnownFile(path);
    if (kind === null || !take(taken, kind)) continue;
    const { document, executable } = await readWellKnown(location, kind, limits.max_document_bytes);
    documents.push([path, document]);
    if (executable) executables.add(path);
  }
  return {
    files: files.map(({ path }) => path),
    executables,
    documents: Object.fromEntries(documents),
    truncated,
  };
}

/** Counts a file of that kind; false when there were enough. */
function take(taken: Map<WellKnownFile, number>, kind: WellKnownFile): boolean {
  const count = (taken.get(kind) ?? 0) + 1;
  taken.set(kind, count);
  return count <= (kind.at_most ?? Number.POSITIVE_INFINITY);
}

async function readWellKnown(location: string, kind: WellKnownFile, max_bytes: number): Promise<ReadFile> {
  // The location has no links left in it: one that appears meanwhile is not followed.
  const file = await open(location, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, mode } = await file.stat();
    const executable = (mode & ANY_EXECUTABLE_BIT) !== 0;
    if (kind.head_bytes === undefined && size > max_bytes) {
      return { document: { kind: 'invalid', reason: `is larger than ${max_bytes} bytes` }, executable };
    }
    const content = await readHead(file, Math.min(size, kind.head_bytes ?? max_bytes));
    return { document: parseDocument(content, kind.format), executable };
  } finally {
    await file.close();
  }
}

async function readHead(file: FileHandle, bytes: number): Promise<string> {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.toString('utf8', 0, filled);
}
