import type { IndexName, Table, TableName } from './port.ts';

/** Units that one request consumed in one place: of a table itself, or of one of its indexes. */
export interface Consumed {
  readonly table: TableName;
  /** Undefined for the table itself. */
  readonly index?: IndexName;
  /** Read units of 4 KB, strongly consistent. */
  readonly read_units: number;
  /** Write units of 1 KB. */
  readonly write_units: number;
}

/** What one request cost: one report is one round trip. Nothing is known of the cost of a request that was refused, so
 *  `consumed` is empty then, though a refused condition is charged too. */
export interface ConsumedReport {
  readonly operation: keyof Table;
  readonly consumed: readonly Consumed[];
}

/** Told of each request to a table. */
export type OnConsumed = (report: ConsumedReport) => void;
