import type { Consumed } from '../../src/adapters/table/consumed.ts';
import type { IndexName, Table, TableName } from '../../src/adapters/table/port.ts';
import { createCountingTable } from './counting-table.ts';
import type { Counted } from './rules.ts';

/** A table, or an index of the tenants' table. */
export type Place = TableName | IndexName;

/** Units by where they were consumed; a place without any has no entry. */
export type Units = { readonly [P in Place]?: number };

/** What a piece of work costs on DynamoDB. */
export interface Access {
  /** Times that it waits for DynamoDB. Requests that are sent together are one. */
  readonly round_trips: number;
  readonly requests: number;
  /** Read units. */
  readonly reads: Units;
  /** Write units. */
  readonly writes: Units;
}

/** A table that is counted, and the count. */
export interface Tally {
  readonly table: Table;
  /** Every part of every request since the table was opened, in order. */
  readonly parts: readonly Counted[];
  /** Counts what the work does. */
  readonly count: (work: () => Promise<unknown>) => Promise<Access>;
}

/** Counts calls to a table by DynamoDB's rules, see {@link createCountingTable}.
 *  @param table - any adapter's, whose calls need no round trip of their own */
export function createTally(table: Table): Tally {
  const parts: Counted[] = [];
  let requests = 0;
  let round_trips = 0;
  let under_way: Promise<void> | undefined;

  // Answers come no sooner than in the event loop's next turn: calls that begin before it are sent together.
  const roundTrip = (): Promise<void> => {
    if (under_way !== undefined) return under_way;
    round_trips += 1;
    under_way = new Promise((resolve) => {
      setImmediate(() => {
        under_way = undefined;
        resolve();
      });
    });
    return under_way;
  };

  const counting = createCountingTable(table, (report) => {
    requests += 1;
    parts.push(...report.consumed);
    return roundTrip();
  });

  return {
    table: counting,
    parts,
    async count(work) {
      const parts_before = parts.length;
      requests = 0;
      round_trips = 0;
      await work();
      const consumed = parts.slice(parts_before);
      return {
        round_trips,
        requests,
        reads: sumOf(consumed, 'read_units'),
        writes: sumOf(consumed, 'write_units'),
      };
    },
  };
}

function sumOf(consumed: readonly Consumed[], kind: 'read_units' | 'write_units'): Units {
  const units: { [P in Place]?: number } = {};
  for (const part of consumed) {
    const place = part.index ?? part.table;
    if (part[kind] > 0) units[place] = (units[place] ?? 0) + part[kind];
  }
  return units;
}

export const NO_ACCESS: Access = { round_trips: 0, requests: 0, reads: {}, writes: {} };

/** Both pieces of work, one after the other. */
export function addAccess(one: Access, other: Access): Access {
  return {
    round_trips: one.round_trips + other.round_trips,
    requests: one.requests + other.requests,
    reads: addUnits(one.reads, other.reads),
    writes: addUnits(one.writes, other.writes),
  };
}

/** Units of all places together. */
export function total(units: Units): number {
  return Object.values(units).reduce((sum, amount) => sum + amount, 0);
}

function addUnits(one: Units, other: Units): Units {
  const places = [...new Set([...Object.keys(one), ...Object.keys(other)])] as Place[];
  return Object.fromEntries(places.map((place) => [place, (one[place] ?? 0) + (other[place] ?? 0)]));
}
