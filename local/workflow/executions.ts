import type { DatabaseSync } from 'node:sqlite';
import type { DeploymentKey } from '../../src/domain/deployments/index.ts';

/** An execution that has not ended. */
export interface OpenExecution {
  readonly key: DeploymentKey;
  /** How often it was begun. */
  readonly attempts: number;
}

/** Which executions there are, across restarts. */
export interface Executions {
  /** @returns false when there is one of this name already */
  create(key: DeploymentKey): boolean;
  end(deployment_id: string, status: 'succeeded' | 'failed' | 'aborted'): void;
  countAttempt(deployment_id: string): void;
  /** Takes an attempt back: it ended by an orderly shutdown, which says nothing against the execution. */
  suspend(deployment_id: string): void;
  readOpen(): OpenExecution[];
  /** Forgets an execution. Does nothing when there is none. */
  remove(deployment_id: string): void;
}

export function createExecutions(database: DatabaseSync): Executions {
  database.exec(`
    CREATE TABLE IF NOT EXISTS executions (
      name TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL
    ) WITHOUT ROWID
  `);
  const insert = database.prepare("INSERT OR IGNORE INTO executions VALUES (?, ?, 'running', 1)");
  const end = database.prepare("UPDATE executions SET status = ? WHERE name = ? AND status = 'running'");
  const count = database.prepare('UPDATE executions SET attempts = attempts + 1 WHERE name = ?');
  const suspend = database.prepare('UPDATE executions SET attempts = attempts - 1 WHERE name = ?');
  const remove = database.prepare('DELETE FROM executions WHERE name = ?');
  const open = database.prepare("SELECT * FROM executions WHERE status = 'running' ORDER BY name");
  return {
    create: (key) => insert.run(key.deployment_id, key.tenant_id).changes > 0,
    end: (deployment_id, status) => void end.run(status, deployment_id),
    countAttempt: (deployment_id) => void count.run(deployment_id),
    suspend: (deployment_id) => void suspend.run(deployment_id),
    remove: (deployment_id) => void remove.run(deployment_id),
    readOpen: () =>
      open.all().map((row) => ({
        key: { deployment_id: String(row['name']), tenant_id: String(row['tenant_id']) },
        attempts: Number(row['attempts']),
      })),
  };
}
