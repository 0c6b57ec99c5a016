import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../../functions/runtime/request.ts';

/** Reads a body, at most one byte more than the functions accept: they refuse what is too large.
 *  @throws Error when the client goes away */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size_bytes = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size_bytes += bytes.length;
    chunks.push(bytes);
    if (size_bytes > MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks);
}
