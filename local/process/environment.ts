import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const CERTIFICATE_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
];

const BUILD_VARIABLES = new Set([
  ...CERTIFICATE_VARIABLES,
  'PATH',
  'LANG',
  'TZ',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_FIND_LINKS',
  'PIP_DEFAULT_TIMEOUT',
  'PIP_DISABLE_PIP_VERSION_CHECK',
  'npm_config_registry',
  'GOPROXY',
  'GOSUMDB',
  'GONOSUMDB',
  'GOPRIVATE',
  'GOFLAGS',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
]);

const APP_VARIABLES = new Set([...CERTIFICATE_VARIABLES, 'PATH', 'LANG', 'TZ']);

/** Variables of the host that name files or folders which tools inside a sandbox have to read. */
export const PATH_VARIABLES: readonly string[] = [
  ...CERTIFICATE_VARIABLES,
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'PIP_FIND_LINKS',
];

/**
 * The part of the platform's environment that builds may see: an allow-list, so that a new secret is never passed.
 * PATH loses the platform's own `node_modules/.bin` folders, whose programs belong to the platform, not to the build.
 */
export function hostEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, (name) => BUILD_VARIABLES.has(name) || name.startsWith('LC_'));
}

/** The part of the platform's environment that running apps see: PATH, LANG, TZ and the certificate variables. */
export function appHostEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, (name) => APP_VARIABLES.has(name));
}

/**
 * What a command really gets: never a variable of the platform or of the operator's cloud account.
 * @throws Error for a name that no shell accepts, since such a variable could not be passed on
 */
export function commandEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (/^(BRANCHLINE_|AWS_)/i.test(name)) continue;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`"${name}" is not a name for a variable`);
    if (value.includes('\0')) throw new Error(`The variable ${name} holds a NUL character`);
    result[name] = value;
  }
  return result;
}

function pick(environment: Environment, wanted: (name: string) => boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !wanted(name)) continue;
    result[name] = name === 'PATH' ? withoutOwnPrograms(value) : value;
  }
  return result;
}

function withoutOwnPrograms(path: string): string {
  const own = join('node_modules', '.bin');
  const npm_helper = join('@npmcli', 'run-script', 'lib', 'node-gyp-bin');
  const folders = path.split(delimiter).filter((folder) => {
    const plain = folder.replace(/[/\\]+$/, '');
    return plain !== '' && !plain.endsWith(own) && !plain.endsWith(npm_helper);
  });
  return [...new Set(folders)].join(delimiter);
}
