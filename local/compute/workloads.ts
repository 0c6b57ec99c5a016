import type { DatabaseSync } from 'node:sqlite';
import type { DeploymentKey, ServiceKey } from '../../src/domain/deployments/index.ts';

/** A service that should run, and what it should run: this is what ECS remembers on AWS. */
export interface Workload {
  readonly service: ServiceKey;
  readonly deployment: DeploymentKey;
}

/** Desired state across restarts. */
export interface Workloads {
  write(workload: Workload): void;
  remove(service: ServiceKey): void;
  readAll(): Workload[];
}

export function createWorkloads(database: DatabaseSync): Workloads {
  database.exec(`
    CREATE TABLE IF NOT EXISTS workloads (
      tenant_id TEXT NOT NULL, project_id TEXT NOT NULL, environment TEXT NOT NULL, service TEXT NOT NULL,
      deployment_id TEXT NOT NULL,
      PRIMARY KEY (tenant_id, project_id, environment, service)
    ) WITHOUT ROWID
  `);
  const upsert = database.prepare('INSERT OR REPLACE INTO workloads VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare(
    'DELETE FROM workloads WHERE tenant_id = ? AND project_id = ? AND environment = ? AND service = ?',
  );
  const all = database.prepare('SELECT * FROM workloads');
  return {
    write({ service, deployment }) {
      const { tenant_id, project_id, environment, name } = service;
      upsert.run(tenant_id, project_id, environment, name, deployment.deployment_id);
    },
    remove({ tenant_id, project_id, environment, name }) {
      remove.run(tenant_id, project_id, environment, name);
    },
    readAll: () =>
      all.all().map((row) => {
        const tenant_id = String(row['tenant_id']);
        return {
          service: {
            tenant_id,
            project_id: String(row['project_id']),
            environment: String(row['environment']),
            name: String(row['service']),
          },
          deployment: { tenant_id, deployment_id: String(row['deployment_id']) },
        };
      }),
  };
}
