import { inflateSync } from 'node:zlib';
import { DeploymentFailedError } from '../../../domain/deployments/index.ts';

/** What the objects of a pack may unpack to. */
export interface PackLimits {
  readonly max_object_bytes: number;
  readonly max_bytes: number;
}

const HEADER_BYTES = 12;
const TRAILER_BYTES = 20;
const HASH_BYTES = 20;
const OFS_DELTA = 6;
const REF_DELTA = 7;

/**
 * Adds up what the objects of a pack unpack to, deltas included, before anything unpacks them for good: a few kilobytes can
 * hold gigabytes, and the reader holds whole objects in memory.
 * @throws DeploymentFailedError repository_too_large, or Error for what is no pack
 */
export function demandSmallPack(pack: Buffer, limits: PackLimits): void {
  if (pack.length < HEADER_BYTES + TRAILER_BYTES || pack.toString('latin1', 0, 4) !== 'PACK') {
    throw new Error('The server sent no pack');
  }
  let left = pack.readUInt32BE(8);
  let at = HEADER_BYTES;
  let bytes = 0;
  for (; left > 0; left -= 1) {
    const header = readHeader(pack, at);
    demandSmall(header.bytes, limits.max_object_bytes);
    const { buffer, engine } = inflate(pack.subarray(header.end), header.bytes);
    const object_bytes = header.is_delta ? targetBytes(buffer) : buffer.length;
    demandSmall(object_bytes, limits.max_object_bytes);
    bytes += object_bytes;
    demandSmall(bytes, limits.max_bytes);
    at = header.end + engine.bytesWritten;
  }
}

function readHeader(pack: Buffer, start: number) {
  const first = byteAt(pack, start);
  const type = (first >> 4) & 7;
  let bytes = first & 15;
  let factor = 16;
  let at = start + 1;
  for (let byte = first; byte & 0x80; at += 1) {
    byte = byteAt(pack, at);
    bytes += (byte & 0x7f) * factor;
    factor *= 128;
  }
  if (type === REF_DELTA) at += HASH_BYTES;
  if (type === OFS_DELTA) {
    while (byteAt(pack, at) & 0x80) at += 1;
    at += 1;
  }
  return { bytes, end: at, is_delta: type === OFS_DELTA || type === REF_DELTA };
}

function inflate(input: Buffer, stated_bytes: number) {
  // Not less than one: zlib's own least.
  const options = { info: true, maxOutputLength: Math.max(stated_bytes, 1) } as const;
  const { buffer, engine } = inflateSync(input, options) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  if (buffer.length !== stated_bytes) throw new Error('An object of the pack has another size than stated');
  return { buffer, engine };
}

/** A delta begins with the size of its base and that of its result. */
function targetBytes(delta: Buffer): number {
  let at = 0;
  while (byteAt(delta, at) & 0x80) at += 1;
  at += 1;
  let bytes = 0;
  let factor = 1;
  for (let byte = 0x80; byte & 0x80; at += 1) {
    byte = byteAt(delta, at);
    bytes += (byte & 0x7f) * factor;
    factor *= 128;
  }
  return bytes;
}

function byteAt(buffer: Buffer, at: number): number {
  const byte = buffer[at];
  if (byte === undefined) throw new Error('The pack ends too soon');
  return byte;
}

function demandSmall(bytes: number, max_bytes: number): void {
  if (bytes <= max_bytes) return;
  const limit_mb = Math.floor(max_bytes / 1_000_000);
  throw new DeploymentFailedError('repository_too_large', `It unpacks to more than ${limit_mb} MB.`);
}
