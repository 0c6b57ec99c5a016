import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HomeError, type HomeFolders } from './home.ts';

/** Opens the home's database. Write-ahead logging survives a killed process; `synchronous = NORMAL` may lose the last
 *  transactions when the whole machine loses power, but never corrupts.
 *  @param max_bytes - beyond it a write fails as on a full disk
 *  @throws HomeError when the file is not a database */
export function openDatabase(folders: HomeFolders, max_bytes: number): DatabaseSync {
  const file = join(folders.root, 'branchline.sqlite');
  try {
    return open(file, max_bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HomeError(
      `The database ${file} can not be opened (${reason}). Restore it, or set BRANCHLINE_HOME to another folder.`,
      error,
    );
  }
}

function open(file: string, max_bytes: number): DatabaseSync {
  keepPrivate(file);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  const page_bytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.exec(`PRAGMA max_page_count = ${Math.floor(max_bytes / page_bytes)}`);
  return database;
}

/** Others may pass through the home, so the file itself shuts them out. SQLite gives the files that it puts beside it
 *  the same mode; those of an earlier run may be there already. */
function keepPrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, 0o600);
}
