import { describe, expect, test } from 'vitest';
import { limitOf, networkOf, readLimits } from '../../../../src/domain/limits/index.ts';

const PRINCIPAL = { kind: 'principal', tenant_id: 'ten_1', user_id: 'usr_1' } as const;
const ADDRESS = { kind: 'address', address: '192.0.2.1' } as const;

describe('limits', () => {
  test('are the design’s where nothing is set', () => {
    const limits = readLimits(undefined);
    expect(limitOf(limits, PRINCIPAL)).toEqual({ per_minute: 1000, burst: 200 });
    expect(limitOf(limits, ADDRESS)).toEqual({ per_minute: 120, burst: 120 });
    expect(limits.sign_in).toEqual({ per_account: 10, per_address: 100, window_s: 900 });
  });

  test('on requests are replaced by a setting, which leaves those on sign-ins', () => {
    const limits = readLimits(30);
    expect(limitOf(limits, PRINCIPAL)).toEqual({ per_minute: 30, burst: 30 });
    expect(limitOf(limits, ADDRESS)).toEqual({ per_minute: 30, burst: 30 });
    expect(limits.sign_in).toEqual(readLimits(undefined).sign_in);
  });

  test('are all turned off by 0', () => {
    const limits = readLimits(0);
    expect([limitOf(limits, PRINCIPAL), limitOf(limits, ADDRESS), limits.sign_in]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001::9', '2001:db8:0:1::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('the address %j counts as %j', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
