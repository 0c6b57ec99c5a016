import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Route } from '../../src/contracts/http/route.ts';
import { AppError } from '../../src/domain/shared/errors.ts';
import { invalid, pointer, toError, WORDING } from './field-problems.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;

/** Parses a request's body by its route's schema. @throws AppError */
export function parseBody(route: Route, event: APIGatewayProxyEventV2): unknown {
  if (route.body === undefined) return demandNoFields(event);
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  if (bytes.length > 0 && !isJson(event.headers['content-type']))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const body = bytes.length === 0 && route.is_body_optional === true ? {} : parseJson(bytes);
  demandPlainFields(body);
  const result = route.body.safeParse(body, WORDING);
  if (!result.success) throw toError(route, result.error, '');
  return result.data;
}

/** A route without a body takes an empty object too, as many clients send one; a field in it would be without effect. */
function demandNoFields(event: APIGatewayProxyEventV2): undefined {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return undefined;
  if (bytes.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  const body = parseJson(bytes);
  if (typeof body === 'object' && body !== null && Object.keys(body).length === 0) return undefined;
  const problem = { pointer: '/', detail: 'takes no fields' };
  throw new AppError('VALIDATION_FAILED', { detail: 'The body takes no fields.', problems: [problem] });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AppError('INVALID_JSON', { cause: error });
  }
}

/** A value inside of a body. It knows what holds it rather than its path, which would be copied for each of a million. */
interface Place {
  readonly value: object;
  readonly name: string;
  readonly within: Place | undefined;
  readonly depth: number;
}

/** Refuses a body that is nested too deep, and a name that a careless assignment would take for a prototype, which schemas
 *  of records pass over silently. Looks at all levels without recursion, so that a very deep body is no crash. */
function demandPlainFields(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const open: Place[] = [{ value: body, name: '', within: undefined, depth: 1 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place.depth > MAX_DEPTH) {
      throw invalid([{ pointer: '/', detail: `may be nested ${MAX_DEPTH} levels deep at most` }]);
    }
    if (Object.hasOwn(place.value, '__proto__')) {
      throw invalid([{ pointer: pointer('', [...pathOf(place), '__proto__']), detail: 'is not known' }]);
    }
    for (const [name, value] of Object.entries(place.value) as [string, unknown][]) {
      if (typeof value !== 'object' || value === null) continue;
      open.push({ value, name, within: place, depth: place.depth + 1 });
    }
  }
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let each = place; each.within !== undefined; each = each.within) path.unshift(each.name);
  return path;
}

function isJson(content_type: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(content_type ?? '');
}
