import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DeploymentFailedError } from '../../domain/deployments/index.ts';

/** An address that git may be given, with the credentials taken out of it. */
export interface RepositoryAddress {
  /** Safe to pass as an argument, to show and to log. */
  readonly url: string;
  /** Value of an Authorization header, when the address held a user name or password. */
  readonly authorization: string | null;
}

const MAX_LENGTH_CHARS = 2_000;

/**
 * Checks a repository's address and brings it into the form that git gets.
 * @throws DeploymentFailedError with the reason `repository_not_found` for any other kind of address
 */
export function parseRepositoryAddress(text: string, allow_local: boolean): RepositoryAddress {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL would silently drop tabs and newlines.
  if (text.length > MAX_LENGTH_CHARS || /[\u0000-\u001f\u007f]/.test(text)) {
    throw refused('The address is too long or holds control characters.');
  }
  const url = isAbsolute(text) ? pathToFileURL(text) : URL.parse(text);
  if (url === null) throw refused('The address is not a URL or absolute path.');
  if (url.protocol === 'https:') return parseRemote(url);
  if (url.protocol === 'file:') return parseLocal(url, allow_local);
  throw refused('Only https addresses are read.');
}

function parseRemote(url: URL): RepositoryAddress {
  const authorization = url.username === '' && url.password === '' ? null : basicAuthorization(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, authorization };
}

function parseLocal(url: URL, allow_local: boolean): RepositoryAddress {
  if (!allow_local) throw refused('Repositories on this machine are not read.');
  try {
    return { url: pathToFileURL(fileURLToPath(url)).href, authorization: null };
  } catch (error) {
    throw refused('A file address needs an absolute path and no host.', error);
  }
}

function basicAuthorization(url: URL): string {
  const pair = `${decode(url.username)}:${decode(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is taken as it stands, as git does
  }
}

function refused(detail: string, cause?: unknown): DeploymentFailedError {
  return new DeploymentFailedError('repository_not_found', detail, cause);
}

/** Takes user names and passwords out of every URL in a text. */
export function redactUserinfo(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s'"<>]{1,2000}@/gi, '$1');
}
