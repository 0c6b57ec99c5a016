import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  AddressRefusedError,
  createAddressGuard,
  isPublicAddress,
} from '../../../../../src/adapters/aws/source/address-guard.ts';

const PRIVATE = [
  ...[
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
  ],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.7'],
  ...['203.0.113.9', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
  ],
  ...[
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
  ],
  ...['2620:4f:8000::1', 'fec0::1', '', 'localhost', '1.2.3', '01.2.3.4', '1.1.1.1 ', '8.8.8.8\n'],
];
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '140.82.121.4',
].concat(['2606:4700:4700::1111', '2a00:1450::1', '2001:4860:4860::8888', '2620:fe::fe']);

describe('a public address', () => {
  it.each(PRIVATE)('is not %j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  const numberOf = (bytes: readonly number[]) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  // The rules once more, by arithmetic.
  const REFUSED = (
    [
      [0, 8],
      [0x0a000000, 8],
      [0x64400000, 10],
      [0x7f000000, 8],
      [0xa9fe0000, 16],
      [0xac100000, 12],
      [0xc0a80000, 16],
      [0xc6120000, 15],
      [0xe0000000, 3],
    ] as const
  ).map(([network, prefix]) => ({ network, count: 2 ** (32 - prefix) }));

  it('is none in a private network, whichever way it is looked at', () => {
    const member = fc
      .constantFrom(...REFUSED)
      .chain(({ network, count }) => fc.nat(count - 1).map((n) => network + n));
    fc.assert(
      fc.property(member, (number) => {
        const bytes = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
        expect(numberOf(bytes)).toBe(number);
        const [a = 0, b = 0, c = 0, d = 0] = bytes;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        expect(isPublicAddress(bytes.join('.'))).toBe(false);
        for (const form of [
          `::ffff:${bytes.join('.')}`,
          `::ffff:${hex}`,
          `::${hex}`,
          `64:ff9b::${hex}`,
          `2002:${hex}::1`,
        ]) {
          expect(isPublicAddress(form)).toBe(false);
        }
      }),
    );
  });

  it('never throws, and is nothing but an IP address', () => {
    const is_public = (text: string) => isPublicAddress(text);
    expect(() => fc.assert(fc.property(fc.string(), (text) => !is_public(`x${text}`)))).not.toThrow();
    expect(() =>
      fc.assert(fc.property(fc.ipV6(), (text) => typeof is_public(text) === 'boolean')),
    ).not.toThrow();
  });
});

describe('the guard', () => {
  const answer = (...addresses: string[]) =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('gives the addresses of a name', async () => {
    const lookup = vi.fn(async () => answer('1.1.1.1', '2606:4700:4700::1111'));
    const guard = createAddressGuard({ lookup });
    expect(await guard.resolve('git.example.com')).toEqual(answer('1.1.1.1', '2606:4700:4700::1111'));
    expect(lookup).toHaveBeenCalledExactlyOnceWith('git.example.com');
  });

  it('refuses a name that also has a private address', async () => {
    const guard = createAddressGuard({ lookup: async () => answer('1.1.1.1', '10.0.0.1') });
    await expect(guard.resolve('git.example.com')).rejects.toThrow(AddressRefusedError);
  });

  it('refuses a name without an address', async () => {
    await expect(createAddressGuard({ lookup: async () => [] }).resolve('x.example.com')).rejects.toThrow(
      AddressRefusedError,
    );
  });

  it('asks nobody for what is an address itself', async () => {
    const lookup = vi.fn(async () => answer('1.1.1.1'));
    const guard = createAddressGuard({ lookup });
    await expect(guard.resolve('[::1]')).rejects.toThrow('::1 has an address that is not public');
    expect(await guard.resolve('[2606:4700:4700::1111]')).toEqual(answer('2606:4700:4700::1111'));
    expect(lookup).not.toHaveBeenCalled();
  });

  it('refuses every form of a private address that URL understands', async () => {
    for (const text of [
      '2130706433',
      '0x7f000001',
      '017700000001',
      '127.1',
      '0',
      '[0:0:0:0:0:ffff:7f00:1]',
      '127。0。0。1',
    ]) {
      const { hostname } = new URL(`https://${text}/`);
      await expect(createAddressGuard().resolve(hostname)).rejects.toThrow(AddressRefusedError);
    }
  });

  it('lets through what its installation allows, and nothing beside it', async () => {
    const guard = createAddressGuard({ allowed: ['10.0.0.1'] });
    expect(await guard.resolve('10.0.0.1')).toEqual(answer('10.0.0.1'));
    await expect(guard.resolve('10.0.0.2')).rejects.toThrow(AddressRefusedError);
  });

  it('passes on that a name has no address at all', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
    await expect(createAddressGuard({ lookup }).resolve('nowhere.example.com')).rejects.toThrow('not found');
  });
});
