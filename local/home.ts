import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The folders of a platform's home. */
export interface HomeFolders {
  readonly root: string;
  readonly keys: string;
  readonly logs: string;
  /** Run records of child processes, by which a restart finds what an earlier run left. */
  readonly runs: string;
  readonly git: string;
  readonly sources: string;
  readonly images: string;
  /** Package managers' caches, one folder per project. */
  readonly caches: string;
}

/** Thrown when the home can't be used; the message says what to do. */
export class HomeError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HomeError';
  }
}

/** Makes the folders. @param checkout - the platform's own, inside which no home may be: its package.json would leak
 *  into builds. @throws HomeError */
export function prepareHome(root: string, checkout: string): HomeFolders {
  if (resolve(root) === checkout || resolve(root).startsWith(checkout + sep)) {
    throw new HomeError(`BRANCHLINE_HOME must not be inside the checkout (${root}). Choose another folder.`);
  }
  const folder = (name: string) => join(root, name);
  const folders: HomeFolders = {
    root,
    keys: folder('keys'),
    logs: folder('logs'),
    runs: folder('runs'),
    git: folder('git'),
    sources: folder('sources'),
    images: folder('images'),
    caches: folder('caches'),
  };
  try {
    for (const path of Object.values(folders)) makeFolder(path);
    // Others may pass through to what a build or app of theirs may read, and look at nothing else.
    chmodSync(root, 0o711);
    for (const path of [folders.keys, folders.logs, folders.runs, folders.git]) chmodSync(path, 0o700);
  } catch (error) {
    throw new HomeError(`BRANCHLINE_HOME can not be written (${root}): ${String(error)}`, error);
  }
  return folders;
}

/** Makes a folder and those above it, one by one: Node's own recursion never ends below a folder that, like /proc, says
 *  that a new entry's parent is missing. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

/** Keeps every other platform process off this home for as long as this one lives. SQLite's lock is the kernel's, so a
 *  killed process leaves none behind. @returns frees the lock @throws HomeError when another process has it */
export function lockHome(folders: HomeFolders): () => void {
  const lock = new DatabaseSync(join(folders.root, 'lock'));
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new HomeError(
      `Another Branchline uses this home (${folders.root}). Stop it, or set BRANCHLINE_HOME to another folder.`,
      error,
    );
  }
  return () => lock.close();
}

/** A secret of 32 random bytes that persists in the home. */
export function persistentSecret(folders: HomeFolders, name: string): Buffer {
  return Buffer.from(
    persistentText(join(folders.keys, name), () => randomBytes(32).toString('base64')),
    'base64',
  );
}

/** A file's text, made on first use. */
function persistentText(path: string, create: () => string): string {
  if (!existsSync(path)) replaceText(path, create());
  return readFileSync(path, 'utf8');
}

/** Writes a file that only its owner reads: aside and renamed, so a killed process leaves no half of it. */
export function replaceText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, text, { mode: 0o600, flush: true });
  renameSync(aside, path);
}
