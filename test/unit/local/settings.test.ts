import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../../local/settings.ts';

const HOME = { BRANCHLINE_HOME: '/tmp/home' };

test.each(['redis://127.0.0.1:6379', 'rediss://user:password@cache.example.com:6380/0'])(
  'the address of a shared cache may be %s',
  (url) => {
    expect(readSettings({ ...HOME, BRANCHLINE_CACHE_URL: url }).cache_url).toBe(url);
  },
);

test.each([{}, { BRANCHLINE_CACHE_URL: '' }])('without one (%j) there is no cache', (given) => {
  expect(readSettings({ ...HOME, ...given }).cache_url).toBeUndefined();
});

test.each(['https://user:hunter2@cache.example.com', 'hunter2', 'redis:hunter2 @'])(
  'another address is refused, and what may be a password is not repeated: %s',
  (url) => {
    const read = () => readSettings({ ...HOME, BRANCHLINE_CACHE_URL: url });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow('BRANCHLINE_CACHE_URL: must be a redis:// or rediss:// address');
    expect(read).not.toThrow('hunter2');
  },
);
