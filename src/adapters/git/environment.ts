import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryAddress } from './address.ts';
import type { GitSourceOptions } from './types.ts';

/**
 * The only configuration git reads. Two things work nowhere else: `safe.directory` counts only in the global file,
 * and upload-pack, which git runs for file:// addresses, does not see what is set with `-c` or GIT_CONFIG_COUNT.
 */
const GIT_CONFIG = `[safe]
  directory = *
[uploadpack]
  allowAnySHA1InWant = true
  allowFilter = true
[protocol]
  version = 2
[core]
  hooksPath = /dev/null
  fsmonitor = false
  autocrlf = false
  bigFileThreshold = 32m
[credential]
  helper =
[http]
  followRedirects = false
  lowSpeedLimit = 1
  lowSpeedTime = 60
[transfer]
  unpackLimit = 1
[gc]
  auto = 0
[maintenance]
  auto = false
[submodule]
  recurse = false
[log]
  showSignature = false
[advice]
  detachedHead = false
`;

/** From the platform's environment git needs only the way out to the network and what to trust there. */
const PASSED_ON = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'TMPDIR',
] as const;

/** Writes our gitconfig (whole or not at all, as others may read it meanwhile) and returns its path. */
export async function writeGitConfig(state_dir: string): Promise<string> {
  await mkdir(state_dir, { recursive: true });
  const path = join(state_dir, 'gitconfig');
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, GIT_CONFIG);
  await rename(draft, path);
  return path;
}

/** The whole environment of a git process. */
export function gitEnvironment(
  options: GitSourceOptions,
  config_path: string,
  address: RepositoryAddress,
): Record<string, string> {
  const env: Record<string, string> = {
    PATH: options.path,
    HOME: options.state_dir,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config_path,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: options.allow_local ? 'https:file' : 'https',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return address.authorization === null ? env : { ...env, ...authorizationHeader(address.authorization) };
}

// An argument list is readable by every user of the machine, and git repeats URLs in its messages; a process's
// environment is neither. Redirects are off, so the header stays with the host it was given for.
function authorizationHeader(authorization: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
  };
}
