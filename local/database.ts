import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HomeFolders } from './home.ts';

/** Opens the home's database. Write-ahead logging survives a killed process; `synchronous = NORMAL` may lose the last
 *  transactions when the whole machine loses power, but never corrupts.
 *  @param max_bytes - beyond it a write fails as on a full disk */
export function openDatabase(folders: HomeFolders, max_bytes: number): DatabaseSync {
  const database = new DatabaseSync(join(folders.root, 'branchline.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  const page_bytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.exec(`PRAGMA max_page_count = ${Math.floor(max_bytes / page_bytes)}`);
  return database;
}
