import { v7 } from 'uuid';
import type { IdGenerator } from '../../domain/shared/ports.ts';

/** UUIDv7 ids (RFC 9562): later ids of one process sort after earlier ones, also within a millisecond. */
export const uuidIds: IdGenerator = { next: (prefix) => `${prefix}_${v7()}` };
