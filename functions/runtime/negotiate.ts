import Negotiator from 'negotiator';
import type { Route } from '../../src/contracts/http/route.ts';
import { mediaTypeOf } from '../../src/contracts/http/route.ts';
import { AppError } from '../../src/domain/shared/errors.ts';

/** Refuses a request whose Accept header excludes what the route answers (RFC 9110, 12.5.1). Problems are sent whatever it
 *  says: a client that can't read one still learns its status. A route that answers without a body takes any.
 *  @throws AppError NOT_ACCEPTABLE */
export function demandAcceptable(route: Route, accept: string | undefined): void {
  const media_type = mediaTypeOf(route);
  if (accept === undefined || accept === '*/*' || accept.trim() === '' || media_type === undefined) return;
  // All that we send is UTF-8, whether the client asks for it by name or not.
  const offered = [media_type, `${media_type}; charset=utf-8`];
  if (new Negotiator({ headers: { accept } }).mediaTypes(offered).length > 0) return;
  throw new AppError('NOT_ACCEPTABLE', {
    detail: `The answer is ${media_type}: send that in Accept, or leave the header out.`,
  });
}
