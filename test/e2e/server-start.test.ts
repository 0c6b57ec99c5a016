import { rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome } from '../support/platform.ts';
import { CHECKOUT, type Server, startServer } from '../support/platform-server.ts';

let home: string;
let server: Server;
let port: number;

beforeAll(async () => {
  home = await makeHome();
  server = startServer(home, { environment: { LOG_LEVEL: 'info' } });
  port = await server.ready;
});

afterAll(async () => {
  await server?.end('SIGTERM');
  await rm(home, { recursive: true, force: true });
});

/** How a server ends that can't start. */
async function refusal(environment: Record<string, string>) {
  const other = await makeHome();
  const refused = startServer(other, { environment });
  const { code } = await refused.exited;
  await rm(other, { recursive: true, force: true });
  expect(refused.stdout()).toBe('');
  return { code, stderr: refused.stderr() };
}

test('says that it is ready, in one line', () => {
  expect(server.stdout()).toBe(`Branchline is ready at http://localhost:${port}\n`);
});

test('keeps its database from other users of the machine', async () => {
  for (const suffix of ['', '-wal', '-shm']) {
    const { mode } = await stat(join(home, `branchline.sqlite${suffix}`));
    expect(mode & 0o777).toBe(0o600);
  }
});

describe.concurrent('a platform that can’t start', () => {
  test('names each wrong setting, and exits 2', async () => {
    const { code, stderr } = await refusal({
      BRANCHLINE_PORT: '70000',
      BRANCHLINE_HOST: 'somewhere',
      BRANCHLINE_HOME: 'here',
      BRANCHLINE_RATE_LIMIT: '-1',
      BRANCHLINE_ISOLATION: 'perfect',
    });
    expect(code).toBe(2);
    for (const name of ['PORT', 'HOST', 'HOME', 'RATE_LIMIT', 'ISOLATION']) {
      expect(stderr).toContain(`BRANCHLINE_${name}: `);
    }
    expect(stderr.trim().split('\n')).toHaveLength(6);
  });

  test('takes no home that another process has, and leaves that process alone', async () => {
    const { code, stderr } = await refusal({ BRANCHLINE_HOME: home });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Another Branchline uses this home (${home}). Stop it, or set BRANCHLINE_HOME to another folder.\n`,
    );
    expect(server.child.exitCode).toBeNull();
  });

  test('says which port is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const used = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { code, stderr } = await refusal({ BRANCHLINE_PORT: used });
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`Port ${used} on 127.0.0.1 is in use. Stop what uses it, or set BRANCHLINE_PORT.\n`);
  });

  test.each([CHECKOUT, join(CHECKOUT, 'home')])('takes no home inside the checkout: %s', async (inside) => {
    const { code, stderr } = await refusal({ BRANCHLINE_HOME: inside });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^BRANCHLINE_HOME must not be inside the checkout .* Choose another folder\.\n$/);
  });

  test.each(['/dev/null/home', '/proc/home'])('says that a home can not be written: %s', async (path) => {
    const { code, stderr } = await refusal({ BRANCHLINE_HOME: path });
    expect(code).toBe(1);
    expect(stderr).toContain(`BRANCHLINE_HOME can not be written (${path})`);
  });

  test('says which file is not its database', async () => {
    const other = await makeHome();
    const file = join(other, 'branchline.sqlite');
    await writeFile(file, 'not a database\n'.repeat(100));
    const { code, stderr } = await refusal({ BRANCHLINE_HOME: other });
    await rm(other, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The database ${file} can not be opened (file is not a database). Restore it, or set BRANCHLINE_HOME to another folder.\n`,
    );
  });
});
