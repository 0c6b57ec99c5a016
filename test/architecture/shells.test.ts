import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type SyntaxNode, walkSource } from '../support/parsed-sources.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const FILES = globSync('{src,functions,local,state-machines,scripts}/**/*.ts', { cwd });
const read = (file: string): string => readFileSync(`${cwd}/${file}`, 'utf8');

/** What runs a program by a list of arguments; `exec` and `execSync` take a line for a shell. */
const BY_LIST = ['spawn', 'execFile', 'execFileSync', 'spawnSync'];

/** Scripts given to a shell beside Dockerfiles: each takes what users wrote as its arguments alone, or is a command of
 *  theirs, which runs where their code does. */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'src/adapters/git/process.ts': ['LIMITED'],
  // A command of the Procfile or of railway.json, in the sandbox.
  'local/process/start.ts': ['command.script'],
  'local/process/gate.ts': ['INSIDE_SCRIPT', 'GATE_SCRIPT'],
};

function nameOf(node: SyntaxNode | undefined): string {
  if (node?.type === 'Identifier') return String(node['value']);
  if (node?.type !== 'MemberExpression') return node?.type ?? '';
  return `${nameOf(node['object'] as SyntaxNode)}.${nameOf(node['property'] as SyntaxNode)}`;
}

/** What follows `'-c'` in the lists of a file. */
function scriptsOf(file: string): string[] {
  const found: string[] = [];
  walkSource(read(file), (node) => {
    if (node.type !== 'ArrayExpression') return;
    const elements = (node['elements'] as ({ expression: SyntaxNode } | null)[]).map(
      (each) => each?.expression,
    );
    const at = elements.findIndex((each) => each?.['value'] === '-c');
    if (at >= 0 && at + 1 < elements.length) found.push(nameOf(elements[at + 1]));
  });
  return found;
}

describe('what users write', () => {
  test('comes to programs as arguments: nothing runs a line of text', () => {
    const running = FILES.filter((file) => read(file).includes("'node:child_process'"));
    expect(running.length).toBeGreaterThan(5);
    for (const file of running) {
      walkSource(read(file), (node) => {
        if (node.type !== 'ImportDeclaration') return;
        if ((node['source'] as SyntaxNode)['value'] !== 'node:child_process') return;
        for (const each of node['specifiers'] as SyntaxNode[]) {
          expect(each.type, file).toBe('ImportSpecifier');
          const name = nameOf(each['local'] as SyntaxNode);
          if (each['isTypeOnly'] !== true && !name.startsWith('Child')) expect(BY_LIST, file).toContain(name);
        }
      });
    }
  });

  test('is no script but where it runs in its own sandbox', () => {
    const found = FILES.filter((file) => !file.startsWith('src/domain/builds/dockerfile'))
      .map((file): [string, string[]] => [file, scriptsOf(file)])
      .filter(([, scripts]) => scripts.length > 0);
    expect(Object.fromEntries(found)).toEqual(SCRIPTS);
  });

  test('is never asked for with a shell around it', () => {
    for (const file of FILES) expect(read(file), file).not.toMatch(/\bshell:\s*(true|process|['"`/])/);
  });

  test('is evaluated by no script of a build', () => {
    for (const script of globSync('state-machines/**/*.sh', { cwd })) {
      expect(read(script), script).not.toMatch(/(^|[;&|]\s*)eval\b/m);
    }
  });
});
