import { parseSync } from '@swc/core';

/** A node of a syntax tree; which fields it has depends on its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Every node of a TypeScript file, each before those that are in it.
 *  @param enter - is given the node, and the nodes that hold it, outermost first */
export function walkSource(
  code: string,
  enter: (node: SyntaxNode, holders: readonly SyntaxNode[]) => void,
): void {
  const visit = (value: unknown, holders: readonly SyntaxNode[]): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, holders);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as SyntaxNode;
    if (typeof node.type === 'string') enter(node, holders);
    const within = typeof node.type === 'string' ? [...holders, node] : holders;
    for (const each of Object.values(node)) visit(each, within);
  };
  visit(parseSync(code, { syntax: 'typescript', target: 'es2024' }).body, []);
}
