import { setTimeout as delay } from 'node:timers/promises';
import type {
  DeploymentKey,
  DeploymentLogs,
  LogBatches,
  LogLine,
  LogQuery,
} from '../../domain/deployments/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { type Attributes, ConditionFailedError, type Item, type Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { keys } from './keys.ts';
import { cleanMessage } from './log-text.ts';

type NumberedLine = LogLine & { readonly sequence: number };

interface Segment {
  readonly first: number;
  readonly lines: readonly LogLine[];
}

// A segment is one item; this keeps it well under DynamoDB's 400 KB, whatever JSON makes of the text.
const MAX_SEGMENT_BYTES = 100_000;
const KEPT_S = 30 * 24 * 3600;
// What is kept of one batch: what more an app writes in a few seconds is lost, and its log says how much.
const MAX_BATCH_BYTES = 400_000;
// Longer than whoever brings a batch tries again.
const BATCH_KNOWN_S = 24 * 3600;
const POLL_MS = 1000;
const SEGMENTS_PER_READ = 10;

/** Deployment logs as segments in the table: readers need no CloudWatch call, and following is a query. Lines are
 *  buffered until {@link DeploymentLogs.flush}; a function flushes before it answers. */
export function createLogStore(table: Table, clock: Clock): DeploymentLogs & LogBatches {
  const pending = new Map<string, { readonly key: DeploymentKey; readonly lines: LogLine[] }>();

  const writeAll = async (): Promise<void> => {
    const batches = [...pending.values()];
    pending.clear();
    for (const { key, lines } of batches) {
      for (const segment of split(lines)) await writeSegment(table, clock, key, segment);
    }
  };

  return {
    append(key, line) {
      const batch = pending.get(key.deployment_id) ?? { key, lines: [] };
      batch.lines.push(clean(line));
      pending.set(key.deployment_id, batch);
    },
    appendBatch: (key, batch_id, lines) => appendBatch(table, clock, key, batch_id, lines),
    flush: writeAll,
    read: (key, query) => read(table, key, query),
  };
}

function clean(line: LogLine): LogLine {
  return { ...line, message: cleanMessage(line.message) };
}

function limitBatch(lines: readonly LogLine[]): readonly LogLine[] {
  let size_bytes = 0;
  const kept = lines.filter(({ message }) => {
    size_bytes += Buffer.byteLength(message);
    return size_bytes <= MAX_BATCH_BYTES;
  });
  const last = kept.at(-1);
  const lost = lines.length - kept.length;
  if (lost === 0 || last === undefined) return kept;
  const message = `${lost} lines were left out: more came at once than a log keeps.`;
  return [...kept, { ...last, stream: 'system', level: 'warn', message }];
}

// The mark comes last: lines that came twice are better than lines that are missing.
async function appendBatch(
  table: Table,
  clock: Clock,
  key: DeploymentKey,
  batch_id: string,
  lines: readonly LogLine[],
): Promise<void> {
  const scoped = scopeToTenant(table, key.tenant_id);
  const mark = keys.logBatch(key, batch_id);
  if ((await scoped.get(mark)) !== undefined) return;
  const segments = split(limitBatch(lines.map(clean)));
  for (const segment of segments) await writeSegment(table, clock, key, segment);
  const expires_at_s = Math.floor(clock.now().getTime() / 1000) + BATCH_KNOWN_S;
  await scoped.write({ kind: 'put', item: { key: mark, attributes: {}, expires_at_s } });
}

function split(lines: readonly LogLine[]): LogLine[][] {
  const segments: LogLine[][] = [];
  let size_bytes = 0;
  for (const line of lines) {
    const line_bytes = Buffer.byteLength(JSON.stringify(line));
    const last = segments.at(-1);
    if (last === undefined || size_bytes + line_bytes > MAX_SEGMENT_BYTES) {
      segments.push([line]);
      size_bytes = line_bytes;
    } else {
      last.push(line);
      size_bytes += line_bytes;
    }
  }
  return segments;
}

/** Puts lines after the last ones; somebody else may do so at the same moment, and then the next place is tried. */
async function writeSegment(
  table: Table,
  clock: Clock,
  key: DeploymentKey,
  lines: readonly LogLine[],
): Promise<void> {
  const scoped = scopeToTenant(table, key.tenant_id);
  for (;;) {
    const [last] = await querySegments(scoped, key, { direction: 'backward', limit: 1 });
    const first = last === undefined ? 1 : last.first + last.lines.length;
    try {
      await scoped.write({
        kind: 'put',
        item: toItem(key, first, lines, clock),
        condition: { kind: 'absent' },
      });
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
    }
  }
}

async function read(table: Table, key: DeploymentKey, query: LogQuery) {
  const scoped = scopeToTenant(table, key.tenant_id);
  const deadline_ms = performance.now() + (query.wait_ms ?? 0);
  let lines = await readLines(scoped, key, query, await segmentOf(scoped, key, query.after + 1));
  for (;;) {
    const stop = query.signal?.aborted === true || performance.now() >= deadline_ms;
    if (lines.length > 0 || stop) return { lines, next: lines.at(-1)?.sequence ?? query.after };
    // Nothing tells a Lambda function that an item came; asking once a second costs one read unit each, since what comes
    // next is a segment of its own.
    await pause(Math.min(POLL_MS, deadline_ms - performance.now()), query.signal);
    lines = await readLines(scoped, key, query, query.after + 1);
  }
}

/** Where the segment begins that holds a line, or would. */
async function segmentOf(scoped: Table, key: DeploymentKey, sequence: number): Promise<number> {
  const to = segmentKey(key, sequence);
  const [before] = await querySegments(scoped, key, { direction: 'backward', limit: 1, to });
  return before?.first ?? 1;
}

/** @param first - where the segment begins that reading starts at */
async function readLines(
  scoped: Table,
  key: DeploymentKey,
  query: LogQuery,
  first: number,
): Promise<NumberedLine[]> {
  const found: NumberedLine[] = [];
  for (let next = first; ; ) {
    const from = segmentKey(key, next);
    const segments = await querySegments(scoped, key, {
      direction: 'forward',
      limit: SEGMENTS_PER_READ,
      from,
    });
    for (const segment of segments) {
      for (const [position, line] of segment.lines.entries()) {
        const sequence = segment.first + position;
        if (sequence > query.after && found.length < query.limit) found.push({ ...line, sequence });
      }
      next = segment.first + segment.lines.length;
    }
    // A segment may hold a single line, and a reader asked for more.
    if (segments.length < SEGMENTS_PER_READ || found.length >= query.limit) return found;
  }
}

async function querySegments(
  scoped: Table,
  key: DeploymentKey,
  range: {
    readonly direction: 'forward' | 'backward';
    readonly limit: number;
    readonly from?: string;
    readonly to?: string;
  },
): Promise<Segment[]> {
  const { items } = await scoped.query({
    table: 'tenants',
    pk: keys.logSegment(key, 0).pk,
    sk: { from: range.from ?? segmentKey(key, 0), to: range.to ?? segmentKey(key, Number.MAX_SAFE_INTEGER) },
    direction: range.direction,
    limit: range.limit,
  });
  return items.map((item) => ({
    first: Number(item.attributes['first']),
    lines: (item.attributes['lines'] ?? []) as unknown as readonly LogLine[],
  }));
}

function segmentKey(key: DeploymentKey, first: number): string {
  return keys.logSegment(key, first).sk;
}

function toItem(key: DeploymentKey, first: number, lines: readonly LogLine[], clock: Clock): Item {
  return {
    key: keys.logSegment(key, first),
    attributes: { first, lines } as unknown as Attributes,
    expires_at_s: Math.floor(clock.now().getTime() / 1000) + KEPT_S,
  };
}

async function pause(duration_ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(duration_ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Stopped: whoever waits looks at the signal next.
  }
}
