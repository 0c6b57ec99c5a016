import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HomeFolders } from './home.ts';

/** Opens the home's database. Write-ahead logging survives a killed process; `synchronous = NORMAL` may lose the last
 *  transactions when the whole machine loses power, but never corrupts. */
export function openDatabase(folders: HomeFolders): DatabaseSync {
  const database = new DatabaseSync(join(folders.root, 'branchline.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  return database;
}
