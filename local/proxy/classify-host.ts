/** Whom a Host header means. */
type HostClass =
  | { readonly kind: 'api' }
  | { readonly kind: 'app'; readonly label: string }
  | { readonly kind: 'unknown'; readonly host: string };

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const MAX_HEADER_CHARS = 300;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(\d{1,5}))?$/;
const APP = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.localhost$/;

/**
 * Tells the API's own hosts from an app's. What is neither is unknown, so that a foreign name that was made to
 * resolve to this machine (DNS rebinding) reaches nothing.
 * @param own_hosts - more names of the API, lower case and without a port
 */
export function classifyHost(host_header: string | undefined, own_hosts: readonly string[] = []): HostClass {
  const text = host_header ?? '';
  const unknown = { kind: 'unknown', host: text.slice(0, MAX_HEADER_CHARS) } as const;
  if (text.length > MAX_HEADER_CHARS) return unknown;
  const match = HOST.exec(text.toLowerCase());
  const name = match?.[1];
  if (name === undefined || Number(match?.[2] ?? 0) > 65_535) return unknown;
  if (OWN_HOSTS.has(name) || own_hosts.includes(name)) return { kind: 'api' };
  const label = APP.exec(name)?.[1];
  return label === undefined ? unknown : { kind: 'app', label };
}
