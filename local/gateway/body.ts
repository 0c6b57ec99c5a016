import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../../functions/runtime/request-body.ts';
import { AppError } from '../../src/domain/shared/errors.ts';

// A connection that is closed on a client which still sends loses the answer, so what is too large is read all the same.
const MAX_DRAINED_BYTES = 64 * MAX_BODY_BYTES;

const NO_BODY = Buffer.alloc(0);

/** Reads a body, and keeps little more of it than the functions accept: they refuse what is too large.
 *  @throws Error when the client goes away, AppError REQUEST_TIMEOUT when it takes longer than it may */
export async function readBody(request: IncomingMessage, timeout_ms: number): Promise<Buffer> {
  // RFC 9112, 6.3: without either there is no body.
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (length === '0' && coding === undefined) return NO_BODY;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new AppError('REQUEST_TIMEOUT')), timeout_ms);
  try {
    return await Promise.race([readChunks(request), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function readChunks(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size_bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    if (size_bytes <= MAX_BODY_BYTES) chunks.push(bytes);
    size_bytes += bytes.length;
    if (size_bytes > MAX_DRAINED_BYTES) break;
  }
  return Buffer.concat(chunks);
}
