import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** An address that the platform won't connect to for a user. */
export class AddressRefusedError extends Error {
  constructor(host: string) {
    super(`${host} has an address that is not public`);
    this.name = 'AddressRefusedError';
  }
}

/** Decides which hosts may be reached with an address that a user gave (server-side request forgery). */
export interface AddressGuard {
  /**
   * Resolves a host. Connect to what it returns and never resolve again: the next answer may be another.
   * @param host - a name or an IP address, as `URL.hostname` has it
   * @throws AddressRefusedError when any of its addresses isn't public; what the resolver throws
   */
  resolve(host: string): Promise<readonly LookupAddress[]>;
}

export interface AddressGuardOptions {
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Addresses that count as public all the same: an operator's own network, or a test's. */
  readonly allowed?: readonly string[];
}

/** What IANA lists as not globally reachable, multicast and the relays among them. AWS's metadata, task credentials and
 *  DNS are link-local. */
const IPV4_NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** All that IANA has given out for global use; mapped, translated, local and multicast addresses lie outside of it. */
const IPV6_PUBLIC = ['2000::', 3] as const;
/** What of it isn't: protocol assignments with Teredo, documentation, 6to4, which carries any IPv4 address. */
const IPV6_NOT_PUBLIC: typeof IPV4_NOT_PUBLIC = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const refused_ipv4 = new BlockList();
for (const [network, prefix] of IPV4_NOT_PUBLIC) refused_ipv4.addSubnet(network, prefix, 'ipv4');
const public_ipv6 = new BlockList();
public_ipv6.addSubnet(...IPV6_PUBLIC, 'ipv6');
const refused_ipv6 = new BlockList();
for (const [network, prefix] of IPV6_NOT_PUBLIC) refused_ipv6.addSubnet(network, prefix, 'ipv6');

/** True for an IP address that anybody on the internet can be reached at. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused_ipv4.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return public_ipv6.check(address, 'ipv6') && !refused_ipv6.check(address, 'ipv6');
}

export function createAddressGuard(options: AddressGuardOptions = {}): AddressGuard {
  const { allowed = [] } = options;
  const resolveName = options.lookup ?? ((host: string) => lookup(host, { all: true }));
  const isAllowed = (address: string) => allowed.includes(address) || isPublicAddress(address);

  return {
    async resolve(host) {
      const bare = host.replace(/^\[(.*)\]$/, '$1');
      const family = isIP(bare);
      const addresses = family === 0 ? await resolveName(bare) : [{ address: bare, family }];
      // One of several is enough to refuse it: which one would be taken is not for a stranger's name server to say.
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address))) {
        throw new AddressRefusedError(bare);
      }
      return addresses;
    },
  };
}
