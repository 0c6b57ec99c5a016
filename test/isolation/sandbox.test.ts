import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, makeBench } from '../unit/local/process/support.ts';
import { APP_USER_ID, makeSandbox } from './support.ts';

describe.each(['bubblewrap', 'user'] as const)('level %s', (level) => {
  it('is what it says, with a cgroup', async () => {
    const { runner } = await makeSandbox(level);
    expect([runner.level, runner.memory, runner.changes_user]).toEqual([level, 'cgroup', true]);
  });

  it('has no capability, no group of the platform and no way to more', async () => {
    const bench = await makeSandbox(level);
    const { text } = await bench.finish('grep -E "^(Cap|Uid|Gid|Groups|NoNewPrivs)" /proc/self/status');
    const status = Object.fromEntries(text.split('\n').map((line) => line.split(/:\s*/) as [string, string]));
    const names = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'];
    expect(names.filter((name) => !/^0+$/.test(status[name] ?? ''))).toEqual([]);
    expect(status['NoNewPrivs']).toBe('1');
    expect(status['Uid']?.split('\t')).toEqual(Array(4).fill(String(APP_USER_ID)));
    expect(status['Gid']?.split('\t')).toEqual(Array(4).fill(String(APP_USER_ID)));
    expect(status['Groups']?.trim()).toBe('');
  });

  it('can read neither /etc/shadow nor keys, and write neither programs nor settings of the kernel', async () => {
    const bench = await makeSandbox(level);
    const script = `
      for file in /etc/shadow /etc/ssl/private /proc/1/environ; do
        ls $file/ >/dev/null 2>&1 && echo "read $file"; cat $file >/dev/null 2>&1 && echo "read $file"
      done
      for file in /usr/bin/x /usr/local/bin/x /etc/x /bin/x /x /root/x /proc/sysrq-trigger; do
        (: >> $file) 2>/dev/null && echo "wrote $file"
      done
      for setting in kernel/core_pattern kernel/hostname vm/overcommit_memory; do
        (cat /proc/sys/$setting > /proc/sys/$setting) 2>/dev/null && echo "set $setting"
      done
      echo done`;
    expect((await bench.finish(script)).text).toBe('done');
  });

  it('adds no line of its own to the log of a command that a signal ends', async () => {
    const bench = await makeSandbox(level);
    expect((await bench.finish('echo before; exec sh -c "kill -TERM \\$\\$"')).text).toBe('before');
  });

  it('can write its own folder, /tmp and /dev/shm', async () => {
    const bench = await makeSandbox(level);
    const script =
      'mkdir -p a/b && echo hello > a/b/c && cat a/b/c && echo 1 > /tmp/branchline-$$ && ' +
      'rm /tmp/branchline-$$ && echo 1 > /dev/shm/branchline-$$ && rm /dev/shm/branchline-$$ && pwd';
    expect(await bench.finish(script)).toMatchObject({ code: 0, text: `hello\n${bench.work}` });
  });

  it('gets its variables only inside: LD_PRELOAD never acts on what builds the sandbox', async () => {
    const bench = await makeSandbox(level);
    const environment = { PATH: '/usr/bin:/bin', LD_PRELOAD: join(bench.work, 'evil.so'), UNTIL: 'inside' };
    const { text } = await bench.finish('echo "$UNTIL $LD_PRELOAD"', { environment });
    expect(text).toContain(`inside ${environment.LD_PRELOAD}`);
    // The loader complains in each process that it acts on: only the last shell is one, there is no way around that one.
    expect(text.match(/ERROR: ld.so/g)).toHaveLength(1);
    const look =
      'for file in /proc/[0-9]*/cmdline; do case $(tr "\\0" " " <$file) in *"$SECRET"*) echo leak;; esac; done; echo looked';
    const secret = { PATH: '/usr/bin:/bin', SECRET: 'not-in-the-script' };
    expect((await bench.finish(`{ ${look}; } 2>/dev/null`, { environment: secret })).text).toBe('looked');
  });

  it('lets an app finish on SIGTERM', async () => {
    const bench = await makeSandbox(level);
    const run = await bench.start(
      'trap "sleep 0.1; echo cleaned; exit 3" TERM; echo up; while :; do sleep 0.01; done',
    );
    await run.line('up');
    expect(await run.terminate(60_000)).toMatchObject({ code: 3, signal: null });
    expect(run.text()).toContain('cleaned');
  });

  it('waits for a server whose shell ended at once on SIGTERM', async () => {
    const bench = await makeSandbox(level);
    const run = await bench.start(
      'sh -c \'trap "sleep 0.1; echo drained; exit" TERM; echo up; while :; do sleep 0.01; done\' & wait',
    );
    await run.line('up');
    await run.terminate(60_000);
    expect(run.text()).toContain('drained');
  });

  it('kills an app that ignores SIGTERM, with its daemons', async () => {
    const bench = await makeSandbox(level);
    const run = await bench.start(
      'trap "" TERM; setsid -f sleep 1234; echo up; while :; do sleep 0.01; done',
    );
    await run.line('up');
    const before = await run.listeningPorts();
    await run.terminate(20);
    expect(before).toEqual([]);
    expect(await isAlive(run.pid)).toBe(false);
    expect(bench.errors).toEqual([]);
  });

  it('may be ended before its app has begun', async () => {
    const bench = await makeSandbox(level);
    const run = await bench.start('sleep 1000');
    await run.terminate(60_000);
    expect(await isAlive(run.pid)).toBe(false);
  });

  it('kills what a finished command left, also outside of its group', async () => {
    const bench = await makeSandbox(level);
    const { code } = await bench.finish('setsid -f sleep 4321 >/dev/null 2>&1; echo $$ > pid');
    expect(code).toBe(0);
    const left = await bench.finish('ps -eo args | grep -c "^sleep 4321"');
    expect(left.text).toBe('0');
  });

  it('ends with 127 and a message for a program that is not there', async () => {
    const bench = await makeSandbox(level);
    const { code, text } = await bench.finish(
      { kind: 'exec', argv: ['no-such-program'] },
      { environment: { PATH: '/usr/bin:/bin' } },
    );
    expect({ code, text }).toEqual({ code: 127, text: expect.stringContaining('no-such-program') });
  });

  it('lets programs open /dev/stderr by name', async () => {
    const bench = await makeSandbox(level);
    expect(await bench.finish('echo err > /dev/stderr')).toMatchObject({ code: 0, text: 'err' });
  });

  it('finds the ports on which an app listens', async () => {
    const bench = await makeSandbox(level);
    const script =
      'import http.server as h; s = h.HTTPServer(("127.0.0.1", 0), None); print(s.server_port, flush=True); s.serve_forever()';
    const run = await bench.start({ kind: 'exec', argv: ['python3', '-c', script] });
    const port = Number(await run.line(''));
    expect(await run.listeningPorts()).toEqual([port]);
  });

  it('asks for a folder to be prepared', async () => {
    const bench = await makeSandbox(level);
    const other = join(bench.home, 'other');
    await mkdir(other);
    const more = { cwd: other, writable_paths: [other] };
    await expect(bench.start('true', more)).rejects.toThrow('prepareWritablePath was not called');
    await symlink('/etc/hostname', join(other, 'link'));
    await bench.runner.prepareWritablePath(other);
    expect((await bench.finish('echo 1 > x && cat x', more)).text).toBe('1');
    expect((await bench.finish('stat -L -c %u link', more)).text).not.toBe(String(APP_USER_ID));
  });

  it('refuses a folder that a build turned into a link', async () => {
    const bench = await makeSandbox(level);
    await bench.finish('mkdir app && rmdir app && ln -s /etc app');
    await expect(bench.start('ls', { cwd: join(bench.work, 'app') })).rejects.toThrow('through a link');
  });
});

describe('level bubblewrap', () => {
  it('shows neither the home, nor other processes, nor files that users name in variables', async () => {
    const bench = await makeSandbox('bubblewrap');
    const secret = join(bench.home, 'secret');
    await writeFile(secret, 'secret', { mode: 0o644 });
    const script = `cat '${secret}' "$NODE_EXTRA_CA_CERTS"; ls -A '${bench.home}' /root/; ps -e -o pid= | wc -l`;
    const environment = { PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: secret };
    const { lines } = await bench.finish(script, { environment });
    const out = lines.filter((line) => line.stream === 'stdout').map((line) => line.message);
    expect(out.join('\n')).not.toContain('secret');
    expect(out).toContain('work');
    expect(out).not.toContain('runs');
    // Bubblewrap's own first process, what supervises, the shell, and the two of the pipe.
    expect(Number(out.at(-1))).toBeLessThanOrEqual(5);
  });

  it('has a /tmp of its own', async () => {
    const bench = await makeSandbox('bubblewrap');
    await bench.finish('echo 1 > /tmp/left');
    expect((await bench.finish('ls -A /tmp')).text).toBe('');
  });

  it('shows what the operator named in certificate variables, and read-only paths of a spec', async () => {
    const outside = await makeBench();
    await writeFile(join(outside.work, 'ca.pem'), 'certificate');
    await writeFile(join(outside.work, 'asset'), 'asset\n');
    const environment = { PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: join(outside.work, 'ca.pem') };
    const bench = await makeSandbox('bubblewrap', { environment });
    expect((await bench.finish(`cat '${join(outside.work, 'ca.pem')}'`)).text).toBe('certificate');
    const readable = { readable_paths: [join(outside.work, 'asset')] };
    const script = `cat '${join(outside.work, 'asset')}'; (: > '${join(outside.work, 'asset')}') 2>/dev/null || echo kept`;
    expect((await bench.finish(script, readable)).text).toBe('asset\nkept');
  });

  it('shows toolchains outside of the system folders, without the passwords in them', async () => {
    const outside = await makeBench();
    const bin = join(outside.work, 'tool', 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'tool'), `#!/bin/sh\ncat '${join(outside.work, 'tool', 'data')}'`, {
      mode: 0o755,
    });
    await writeFile(join(outside.work, 'tool', 'data'), 'works');
    await writeFile(join(outside.work, 'tool', 'credentials.toml'), 'token');
    const environment = { PATH: `${bin}:/usr/bin:/bin` };
    const bench = await makeSandbox('bubblewrap', { environment });
    expect((await bench.finish('tool', { environment })).text).toBe('works');
    const { text } = await bench.finish(`cat '${join(outside.work, 'tool', 'credentials.toml')}'`);
    expect(text).not.toContain('token');
  });
});
