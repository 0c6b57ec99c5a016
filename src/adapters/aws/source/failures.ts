import { DeploymentFailedError } from '../../../domain/deployments/index.ts';
import { AddressRefusedError } from './address-guard.ts';

const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [203, 'The server asks for credentials: the repository is private, or is not there.'],
  [401, 'The server asks for credentials: the repository is private, or is not there.'],
  [403, 'The server asks for credentials: the repository is private, or is not there.'],
  [404, 'There is no repository at this address.'],
]);
// Of the connection, of the name's resolution, and of TLS.
const NETWORK_CODES =
  /^(ECONN\w+|ENOTFOUND|EAI_\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|EPIPE|ERR_(SSL|TLS)\w*|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;
// Too many requests, and what stands before the server can't reach it.
const TROUBLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const REDIRECTS = 'The server redirects to another address, which is not followed: give the final address.';
const NOT_PUBLIC = 'Its server has no public address.';
const UNREACHABLE = 'Its server could not be reached.';
const NOT_GIT = 'What answers there is no git server.';
const UNREADABLE = 'The server sent what can not be read as a repository.';

/** True when an error has this code: isomorphic-git's errors have their name in it, the system's theirs. */
export function hasCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

/** True when the server answered with a redirect, which is never followed. */
export function isRedirect(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 300 && status < 400;
}

/** True when the server has no such object, or hands out only what its refs point to. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && /not our ref|unadvertised object/i.test(error.message);
}

/** True when the server could not be reached, or it has no room or is being mended. What it says of one repository, a 404
 *  or a 500, is no trouble of the server's. */
export function isServerTrouble(error: unknown): boolean {
  return TROUBLE_STATUSES.has(statusOf(error) ?? 0) || NETWORK_CODES.test(codeOf(error));
}

/** What a failed fetch means for the deployment. */
export function toFailure(error: unknown): unknown {
  if (error instanceof DeploymentFailedError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DeploymentFailedError('storage_full', undefined, error);
  if (code === 'ENAMETOOLONG')
    return failed('repository_too_large', 'It holds a path that is too long.', error);
  const detail = detailOf(error, code);
  return detail === undefined ? error : failed('repository_not_found', detail, error);
}

function detailOf(error: unknown, code: string): string | undefined {
  if (error instanceof AddressRefusedError) return NOT_PUBLIC;
  const status = statusOf(error);
  if (status !== undefined) {
    return isRedirect(error) ? REDIRECTS : (STATUS_TEXTS.get(status) ?? `The server answered ${status}.`);
  }
  if (code === 'SmartHttpError') return NOT_GIT;
  if (NETWORK_CODES.test(code)) return UNREACHABLE;
  // The rest is what a server's own bytes led to; a fault of ours would be a TypeError.
  return error instanceof Error && !(error instanceof TypeError) ? UNREADABLE : undefined;
}

function failed(
  reason: 'repository_not_found' | 'repository_too_large',
  detail: string,
  cause: unknown,
): DeploymentFailedError {
  return new DeploymentFailedError(reason, detail, cause);
}

function statusOf(error: unknown): number | undefined {
  if (codeOf(error) !== 'HttpError') return undefined;
  const { data } = error as { readonly data?: { readonly statusCode?: unknown } };
  return typeof data?.statusCode === 'number' ? data.statusCode : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
