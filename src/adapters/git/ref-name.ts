const MAX_LENGTH_CHARS = 250;

// biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses exactly these in a ref name.
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/;

/**
 * True for a name that git accepts for a branch or tag (the rules of `git check-ref-format`), can't be taken
 * for an option, and has no character that `git ls-remote` would read as a pattern.
 */
export function isRefName(name: string): boolean {
  if (name === '' || name === '@' || name.length > MAX_LENGTH_CHARS) return false;
  if (FORBIDDEN.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}
