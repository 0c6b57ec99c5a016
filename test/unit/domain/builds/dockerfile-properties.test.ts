import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BuildPlan, type Command, toDockerfile } from '../../../../src/domain/builds/index.ts';
import { release } from '../../../support/things.ts';

const { plan: PLAN } = release();

const PIECES = [
  ...[
    '\n',
    '\r\n',
    '\\',
    '\\\n',
    '"',
    "'",
    '`',
    '$',
    '$PATH',
    '$(id)',
    '#',
    '# escape=`',
    '<<EOF',
    '<<-"EOF"',
  ],
  ...[
    '\nRUN rm -rf /',
    '\nUSER 0\n',
    '"]\nUSER root',
    ']',
    '[',
    '\u2028',
    '\u0000',
    '\u007f',
    'FROM scratch',
    ' ',
  ],
];
const text = fc
  .array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom(...PIECES)))
  .map((parts) => parts.join(''));
const command: fc.Arbitrary<Command> = fc.oneof(
  text.map((script): Command => ({ kind: 'shell', script })),
  fc.tuple(text, text, text).map((argv): Command => ({ kind: 'exec', argv })),
);
const plan = fc
  .record({
    provider: fc.constantFrom('node', 'python', 'go', 'shell', 'static'),
    install: fc.array(command, { maxLength: 2 }),
    build: fc.array(command, { maxLength: 2 }),
    start: fc.oneof(
      command,
      text.map((root): BuildPlan['start'] => ({ kind: 'static', site: { root, single_page: true } })),
    ),
    path: fc.option(text),
  })
  .map(({ path, ...parts }): BuildPlan => ({ ...PLAN, ...parts, health_check: { path, timeout_s: 1 } }));

const isCommand = (start: BuildPlan['start']): start is Command =>
  start.kind !== 'static' && start.kind !== 'image';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructions(dockerfile: string): Instruction[] {
  return dockerfile
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return { name: line.slice(0, space), rest: line.slice(space + 1) };
    });
}

function argvs(found: readonly Instruction[], name: string): unknown[] {
  return found.filter((one) => one.name === name).map(({ rest }) => JSON.parse(rest));
}

test('any script and argument round-trips through the JSON form', () => {
  fc.assert(
    fc.property(plan, (any) => {
      const found = instructions(toDockerfile(any));
      const argvOf = (one: Command) => (one.kind === 'exec' ? one.argv : ['/bin/sh', '-c', one.script]);
      const runs = argvs(found, 'RUN');
      const expected = [...any.install, ...any.build].map(argvOf);
      expect(runs.slice(0, expected.length)).toEqual(expected);
      if (isCommand(any.start)) expect(argvs(found, 'ENTRYPOINT')).toEqual([argvOf(any.start)]);
    }),
  );
});

test('no text adds an instruction, a heredoc or a continued line', () => {
  fc.assert(
    fc.property(plan, (any) => {
      const dockerfile = toDockerfile(any);
      const found = instructions(dockerfile).map(({ name }) => name);
      const harmless = (one: Command): Command =>
        ({ ...one, ...(one.kind === 'shell' ? { script: 'x' } : { argv: ['x'] }) }) as Command;
      const same = toDockerfile({
        ...any,
        install: any.install.map(harmless),
        build: any.build.map(harmless),
        start: isCommand(any.start)
          ? harmless(any.start)
          : { kind: 'static', site: { root: 'x', single_page: true } },
        health_check: { path: any.health_check.path === null ? null : '/', timeout_s: 1 },
      });
      expect(found).toEqual(instructions(same).map(({ name }) => name));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
      expect(dockerfile).not.toMatch(/<<|\\\n|[\u0000-\u0009\u000b-\u001f]/);
    }),
  );
});

test('a variable or folder that an instruction cannot hold is refused', () => {
  fc.assert(
    fc.property(text, text, (name, value) => {
      const make = () => toDockerfile({ ...PLAN, environment: { [name]: value }, path_prefix: [value] });
      try {
        const [line = ''] = make()
          .split('\n')
          .filter((one) => one.startsWith(`ENV ${name}=`));
        expect(line.slice(`ENV ${name}=`.length)).toBe(`"${value}"`);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
  const environment = { A: 'a "b" \\ $HOME' };
  expect(toDockerfile({ ...PLAN, environment })).toContain('ENV A="a \\"b\\" \\\\ \\$HOME"\n');
  expect(() => toDockerfile({ ...PLAN, environment: { A: 'a\nUSER 0' } })).toThrow(RangeError);
  expect(() => toDockerfile({ ...PLAN, environment: { 'A B': '' } })).toThrow(RangeError);
  expect(() => toDockerfile({ ...PLAN, path_prefix: ['a"b'] })).toThrow(RangeError);
});
