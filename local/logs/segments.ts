import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from '../../src/domain/deployments/index.ts';

/** A line with its place in the deployment's log. */
export type NumberedLine = LogLine & { readonly sequence: number };

const NAME = /^(\d{12})\.ndjson$/;
const DEPLOYMENT_ID = /^[a-z]+_[0-9a-f-]+$/;
const LINE_START = /^\{"sequence":(\d+),/;

/** The folder of one deployment's log.
 *  @throws RangeError for what is not a deployment's id, before it becomes a path */
export function logFolder(directory: string, deployment_id: string): string {
  if (!DEPLOYMENT_ID.test(deployment_id)) throw new RangeError('Not a deployment id');
  return join(directory, deployment_id);
}

/** The file of the segment that begins with this sequence number. */
export function segmentPath(folder: string, first_sequence: number): string {
  return join(folder, `${String(first_sequence).padStart(12, '0')}.ndjson`);
}

/** The first sequence numbers of a log's segments, ascending; none when there is no log. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await orNothing(readdir(folder), []);
  const firsts = names.map((name) => NAME.exec(name)?.[1]).filter((first) => first !== undefined);
  return firsts.map(Number).sort((a, b) => a - b);
}

/** Reads one segment, in order; empty when it was dropped meanwhile. Lines without an end are left out: they are
 *  still being written, or were when the process died. */
export async function readSegment(folder: string, first_sequence: number): Promise<string[]> {
  const text = await orNothing(readFile(segmentPath(folder, first_sequence), 'utf8'), '');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
}

/** One line of a segment file, with its line end. */
export function encodeLine({ timestamp, step, stream, level, message }: LogLine, sequence: number): string {
  return `${JSON.stringify({ sequence, timestamp, step, stream, level, message })}\n`;
}

/** The sequence number of an encoded line, without decoding the rest. */
export function sequenceOf(encoded: string): number | undefined {
  const digits = LINE_START.exec(encoded)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Undoes {@link encodeLine}; undefined for a line that was torn. */
export function decodeLine(encoded: string): NumberedLine | undefined {
  try {
    return JSON.parse(encoded) as NumberedLine;
  } catch {
    return undefined; // torn by a death of the process: its line is lost, the ones around it are not
  }
}

/** What a writer has to know to go on where an earlier one stopped. */
export interface LogEnd {
  readonly next_sequence: number;
  readonly segments: number[];
  /** Size of the last segment. */
  readonly size_bytes: number;
}

/** Finds the end of a log, and takes away the torn line that a killed process may have left there. */
export async function recoverEnd(folder: string): Promise<LogEnd> {
  const segments = await listSegments(folder);
  const last = segments.at(-1);
  if (last === undefined) return { next_sequence: 1, segments, size_bytes: 0 };
  const path = segmentPath(folder, last);
  const bytes = await readFile(path);
  const size_bytes = bytes.lastIndexOf('\n') + 1;
  if (size_bytes < bytes.length) await truncate(path, size_bytes);
  const lines = bytes.toString('utf8', 0, size_bytes).split('\n');
  const newest = lines.findLast((line) => sequenceOf(line) !== undefined);
  const sequence = newest === undefined ? undefined : sequenceOf(newest);
  return { next_sequence: sequence === undefined ? last : sequence + 1, segments, size_bytes };
}

async function orNothing<T>(result: Promise<T>, nothing: T): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nothing;
    throw error;
  }
}
