import { expect, it } from 'vitest';
import { CUT_MARK, LineSplitter, MAX_LINE_BYTES } from '../../../../local/process/lines.ts';
import { makeBench } from './support.ts';

function split(...chunks: (string | Buffer)[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]), ...splitter.end()];
}

it('joins chunks into lines, keeps empty ones, and gives out a last line without newline', () => {
  expect(split('a', 'b\n\nc\r\n', 'd')).toEqual(['ab', '', 'c', 'd']);
  expect(split('a\n')).toEqual(['a']);
});

it('puts a character that two chunks share together again', () => {
  const bytes = Buffer.from('né\n');
  expect(split(bytes.subarray(0, 2), bytes.subarray(2))).toEqual(['né']);
});

it('cuts a line at 16 KiB with a mark, never inside a character, and goes on with the next', () => {
  const [cut, next] = split('é'.repeat(5_000), `x${'é'.repeat(5_000)}\nnext\n`);
  expect(cut).toBe(`${`${'é'.repeat(5_000)}x${'é'.repeat(5_000)}`.slice(0, 8_192)}${CUT_MARK}`);
  expect(next).toBe('next');
  expect(split('a'.repeat(MAX_LINE_BYTES))).toEqual(['a'.repeat(MAX_LINE_BYTES)]);
});

it('marks bytes that are not UTF-8', () => {
  expect(split(Buffer.from([0x61, 0xff, 0x0a]))).toEqual(['a\ufffd']);
});

it('delivers both streams with times, the last line too', async () => {
  const bench = await makeBench();
  const { lines, code } = await bench.finish('echo one; echo two >&2; printf three');
  expect(code).toBe(0);
  expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.message)).toEqual([
    'one',
    'three',
  ]);
  expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.message)).toEqual(['two']);
  for (const line of lines) expect(new Date(line.timestamp).toISOString()).toBe(line.timestamp);
});

it('lets programs open /dev/stdout and /dev/stderr by name', async () => {
  const bench = await makeBench();
  const { text, code } = await bench.finish('echo out > /dev/stdout && echo err > /dev/stderr');
  expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^(out\nerr|err\nout)$/) });
});

it('reads a flood no faster than its lines are taken', async () => {
  const bench = await makeBench();
  let taken = 0;
  let unfinished = 0;
  let most_unfinished = 0;
  const run = await bench.start('yes 0123456789 | head -n 200000', {
    onLine: async () => {
      most_unfinished = Math.max(most_unfinished, ++unfinished);
      if (taken++ % 1_000 === 0) await new Promise(setImmediate);
      unfinished--;
    },
  });
  expect((await run.exited).code).toBe(0);
  expect(taken).toBe(200_000);
  expect(most_unfinished).toBe(1);
});

it('keeps nothing of an endless line but its beginning', async () => {
  const bench = await makeBench();
  const { lines } = await bench.finish("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo after");
  expect(lines.map((line) => line.message.length)).toEqual([MAX_LINE_BYTES + CUT_MARK.length, 5]);
});

it('reads on when a line can not be stored, and reports it', async () => {
  const bench = await makeBench();
  const run = await bench.start('echo one; echo two', {
    onLine: () => {
      throw new Error('disk full');
    },
  });
  expect((await run.exited).code).toBe(0);
  expect(bench.errors.map(String)).toEqual(['Error: disk full', 'Error: disk full']);
});
