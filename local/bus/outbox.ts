import type { DatabaseSync } from 'node:sqlite';
import { keys } from '../../src/adapters/stores/keys.ts';
import type { DomainEvent } from '../../src/domain/shared/events.ts';

/** An event that a consumer refused to the end. */
export interface DeadLetter {
  readonly event: DomainEvent;
  readonly consumer: string;
  readonly error: string;
}

/** What the bus knows of published and unpublished events. */
export interface Outbox {
  /** Events not yet taken by all of their consumers, oldest first. */
  readUnpublished(): DomainEvent[];
  acknowledge(event: DomainEvent): void;
  bury(event: DomainEvent, consumer: string, error: unknown): void;
  readDeadLetters(): DeadLetter[];
}

/** The outbox of the tenants' table, and the laptop's dead-letter queue beside it. */
export function createOutbox(database: DatabaseSync): Outbox {
  database.exec(`
    CREATE TABLE IF NOT EXISTS dead_letters (
      event_id TEXT NOT NULL, consumer TEXT NOT NULL, event TEXT NOT NULL, error TEXT NOT NULL,
      PRIMARY KEY (event_id, consumer)
    )
  `);
  const unpublished = database.prepare(
    "SELECT attributes FROM items WHERE tbl = 'tenants' AND pk GLOB 'T#*#OUTBOX' ORDER BY sk",
  );
  const remove = database.prepare('DELETE FROM items WHERE tbl = ? AND pk = ? AND sk = ?');
  const bury = database.prepare('INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?)');
  const buried = database.prepare('SELECT * FROM dead_letters ORDER BY event_id, consumer');
  return {
    readUnpublished: () =>
      unpublished.all().map((row) => JSON.parse(String(row['attributes'])) as DomainEvent),
    acknowledge(event) {
      const { table, pk, sk } = keys.outbox(event.tenant_id, event.id);
      remove.run(table, pk, sk);
    },
    bury(event, consumer, error) {
      bury.run(event.id, consumer, JSON.stringify(event), String(error));
    },
    readDeadLetters: () =>
      buried.all().map((row) => ({
        event: JSON.parse(String(row['event'])) as DomainEvent,
        consumer: String(row['consumer']),
        error: String(row['error']),
      })),
  };
}
