import { InvalidConfigError } from './invalid-config.ts';
import type { SourceDocument, SourceSnapshot } from './model.ts';

/** True when the tree has that file. */
export function hasFile(snapshot: SourceSnapshot, path: string): boolean {
  return snapshot.files.includes(path);
}

/** True when the tree has any file below that folder. */
export function hasFolder(snapshot: SourceSnapshot, folder: string): boolean {
  return folder === '.' || snapshot.files.some((file) => file.startsWith(`${folder}/`));
}

/** The first of the paths that the tree has. */
export function firstFile(snapshot: SourceSnapshot, paths: readonly string[]): string | null {
  return paths.find((path) => hasFile(snapshot, path)) ?? null;
}

/** A text document's content with Unix line ends; null when it is missing or could not be read. */
export function textOf(snapshot: SourceSnapshot, path: string): string | null {
  const document = documentOf(snapshot, path);
  return document?.kind === 'text' ? document.text.replaceAll('\r\n', '\n') : null;
}

/** True when a text document has Windows line ends. */
export function hasWindowsLineEnds(snapshot: SourceSnapshot, path: string): boolean {
  const document = documentOf(snapshot, path);
  return document?.kind === 'text' && document.text.includes('\r\n');
}

/**
 * A parsed document's value; undefined when it is missing.
 * @throws InvalidConfigError when the file is there and could not be parsed
 */
export function dataOf(snapshot: SourceSnapshot, path: string): unknown {
  const document = documentOf(snapshot, path);
  if (document?.kind === 'invalid') throw new InvalidConfigError(path, document.reason);
  return document?.kind === 'data' ? document.value : undefined;
}

/** Text of the first document whose path begins with `prefix`, as in `vite.config.`; empty when there is none. */
export function configText(snapshot: SourceSnapshot, ...prefixes: readonly string[]): string {
  const path = Object.keys(snapshot.documents).find((name) =>
    prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return path === undefined ? '' : (textOf(snapshot, path) ?? '');
}

/** First line that isn't blank or a comment, trimmed; null when there is none. */
export function firstLine(text: string | null): string | null {
  const lines = (text ?? '').split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !line.startsWith('#')) ?? null;
}

/** A path as the snapshot writes it, `.` for the root itself; null when it leads out of the tree. */
export function insideTree(path: string): string | null {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) return null;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return segments.join('/') || '.';
}

function documentOf(snapshot: SourceSnapshot, path: string): SourceDocument | undefined {
  return Object.hasOwn(snapshot.documents, path) ? snapshot.documents[path] : undefined;
}
