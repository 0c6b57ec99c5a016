import { type SyntaxNode, walkSource } from './parsed-sources.ts';

const CALLEES = /^(describe|test|it)$/;
const SEPARATOR = ' › ';

/** The titles of a file of tests: each alone, and each behind those of the groups that it is in. A template has `…` in
 *  place of what is put into it. */
export function testTitles(code: string): ReadonlySet<string> {
  const titles = new Set<string>();
  walkSource(code, (node, holders) => {
    const title = titleOf(node);
    if (title === undefined) return;
    const path = [...holders.flatMap((holder) => titleOf(holder) ?? []), title];
    for (let start = 0; start < path.length; start += 1) titles.add(path.slice(start).join(SEPARATOR));
  });
  return titles;
}

function titleOf(node: SyntaxNode): string | undefined {
  if (node.type !== 'CallExpression' || !CALLEES.test(rootOf(node['callee'] as SyntaxNode))) return undefined;
  const [first] = node['arguments'] as { readonly expression: SyntaxNode }[];
  if (first?.expression.type === 'StringLiteral') return String(first.expression['value']);
  if (first?.expression.type !== 'TemplateLiteral') return undefined;
  const parts = first.expression['quasis'] as readonly { readonly cooked: string }[];
  return parts.map(({ cooked }) => cooked).join('…');
}

/** `test` of `test.each(cases)`. */
function rootOf(callee: SyntaxNode): string {
  if (callee.type === 'Identifier') return String(callee['value']);
  const within = callee['object'] ?? callee['callee'] ?? callee['tag'];
  return within === undefined ? '' : rootOf(within as SyntaxNode);
}
