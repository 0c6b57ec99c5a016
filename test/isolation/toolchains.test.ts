import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BUILD_ENVIRONMENT, makeSandbox } from './support.ts';

const MINUTES_MS = 60_000;

async function build() {
  const bench = await makeSandbox('bubblewrap');
  const environment = { ...BUILD_ENVIRONMENT, HOME: join(bench.work, 'home') };
  return {
    ...bench,
    run: (script: string) => bench.finish(`set -e; mkdir -p home; ${script}`, { environment }),
    put: async (path: string, text: string) => {
      await mkdir(join(bench.work, path, '..'), { recursive: true });
      await writeFile(join(bench.work, path), text);
      await bench.runner.prepareWritablePath(bench.work);
    },
  };
}

it('runs Node and npm', { timeout: 3 * MINUTES_MS }, async () => {
  const { put, run } = await build();
  await put(
    'package.json',
    '{"name":"app","version":"1.0.0","scripts":{"start":"node server.js"},"dependencies":{"ms":"2.1.3"}}',
  );
  await put('server.js', 'console.log(require("ms")("1h"))');
  const { code, text } = await run('npm install --no-audit --no-fund --silent && npm start --silent');
  expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('3600000') });
});

it('lets a server under npm finish on SIGTERM', { timeout: MINUTES_MS }, async () => {
  const bench = await build();
  await bench.put('package.json', '{"name":"app","version":"1.0.0","scripts":{"start":"node server.js"}}');
  const server =
    'process.on("SIGTERM", () => setTimeout(() => { console.log("drained"); process.exit(0); }, 100));';
  await bench.put('server.js', `${server} setInterval(() => {}, 1000); console.log("up")`);
  const environment = { ...BUILD_ENVIRONMENT, HOME: bench.work };
  const run = await bench.start('npm start', { environment });
  await run.line('up');
  await run.terminate(MINUTES_MS);
  expect(run.text()).toContain('drained');
});

it('makes a Python environment and installs into it', { timeout: 3 * MINUTES_MS }, async () => {
  const { run } = await build();
  const script =
    'python3 -m venv venv && venv/bin/pip install -q six && venv/bin/python -c "import six; print(six.__name__)" && ' +
    'venv/bin/python -c "import multiprocessing as m; m.Lock(); print(\'lock\')"';
  const { code, text } = await run(script);
  expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/six\nlock$/) });
});

it('builds a Go module', { timeout: 3 * MINUTES_MS }, async () => {
  const { put, run } = await build();
  await put('go.mod', 'module example.com/app\n\ngo 1.18\n');
  await put('main.go', 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("built") }\n');
  const { code, text } = await run('go build -o app . && ./app');
  expect({ code, text }).toEqual({ code: 0, text: 'built' });
});

it('runs git on a folder of its own', async () => {
  const { run } = await build();
  const { code, text } = await run(
    'git init -q repo && cd repo && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m first && ' +
      'git log --format=%s',
  );
  expect({ code, text }).toEqual({ code: 0, text: 'first' });
});
