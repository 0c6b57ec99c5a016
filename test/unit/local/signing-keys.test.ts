import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HomeFolders, prepareHome } from '../../../local/home.ts';
import { loadSigningKeys } from '../../../local/signing-keys.ts';
import { createTestClock } from '../../support/test-clock.ts';

const DAY_MS = 86_400_000;

let root: string;
let folders: HomeFolders;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'branchline-keys-'));
  folders = prepareHome(root, '/nowhere');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = () => join(folders.keys, 'signing.jwk.json');

describe('a laptop’s signing keys', () => {
  test('are made on first use, for their owner’s eyes alone, and survive a restart', async () => {
    const clock = createTestClock();
    const first = await loadSigningKeys(folders, clock);
    const again = await loadSigningKeys(folders, clock);

    expect(again.keySet()).toEqual(first.keySet());
    expect((await again.signerAt(clock.now())).kid).toBe(first.keySet()[0]?.kid);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test.each([
    '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}',
    '{"keys":[{"created_at":"now"}]}',
    'half a docu',
    '',
  ])('that an earlier version left as %j are replaced', async (text) => {
    writeFileSync(file(), text);
    const clock = createTestClock();
    const keys = await loadSigningKeys(folders, clock);
    const { kid } = await keys.signerAt(clock.now());

    expect(await keys.find(kid)).toBeDefined();
    expect(readFileSync(file(), 'utf8')).toContain('Ed25519');
  });

  test('change while the platform runs: another is shown a day before it signs, and the old one goes a week after', async () => {
    const clock = createTestClock();
    const keys = await loadSigningKeys(folders, clock);
    const { kid: first } = await keys.signerAt(clock.now());
    const days = async (count: number) => {
      for (let day = 0; day < count; day += 1) {
        clock.advance(DAY_MS);
        await keys.renew();
      }
      return keys.keySet().map(({ kid }) => kid);
    };

    expect(await days(28)).toEqual([first]);
    const [, second] = await days(1);
    expect((await keys.signerAt(clock.now())).kid).toBe(first);
    expect(await days(8)).toEqual([first, second]);
    expect((await keys.signerAt(clock.now())).kid).toBe(second);
    expect(await days(1)).toEqual([second]);
    expect(await keys.find(first)).toBeUndefined();
    expect((await loadSigningKeys(folders, clock)).keySet()).toEqual(keys.keySet());
  });
});
