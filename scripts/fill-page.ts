/** A page with its generated parts as they are now. Each lies between `<!-- generated: NAME -->` and `<!-- end -->`; the
 *  rest is written by hand.
 *  @throws Error when the page lacks a part, or has one that nothing fills */
export function fillPage(page: string, parts: ReadonlyMap<string, string>): string {
  const filled = new Set<string>();
  const text = page.replace(/<!-- generated: (.+?) -->\n[\s\S]*?<!-- end -->/g, (_whole, name: string) => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`Nothing fills the part ${name}`);
    filled.add(name);
    return `<!-- generated: ${name} -->\n\n${part}\n\n<!-- end -->`;
  });
  const missing = [...parts.keys()].filter((name) => !filled.has(name));
  if (missing.length > 0) throw new Error(`The page has no place for ${missing.join(', ')}`);
  return text;
}
