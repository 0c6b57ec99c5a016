/** Opaque, signed positions in lists. `scope` names the list, its filters and the tenant: a cursor fits no other. */
export interface CursorCodec {
  encode(scope: string, position: string): string;
  /** @throws AppError INVALID_CURSOR */
  decode(scope: string, cursor: string): string;
}
