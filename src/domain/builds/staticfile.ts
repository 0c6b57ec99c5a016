import { InvalidConfigError } from './invalid-config.ts';
import type { SourceSnapshot, StaticSite } from './model.ts';
import { hasFile, hasFolder, insideTree, textOf } from './snapshot.ts';

const FILE = 'Staticfile';

/**
 * What a Staticfile says to serve; null when there is none.
 * @param built - the folder may be made by a build, so it need not exist yet
 * @throws InvalidConfigError when its root is not a folder of the repository
 */
export function readStaticfile(snapshot: SourceSnapshot, built: boolean): StaticSite | null {
  if (!hasFile(snapshot, FILE)) return null;
  const settings = parseSettings(textOf(snapshot, FILE) ?? '');
  const stated = settings.get('root') ?? '.';
  const root = insideTree(stated);
  if (root === null) throw new InvalidConfigError(FILE, `root: ${stated} leads out of the repository`);
  if (!built && !hasFolder(snapshot, root)) {
    throw new InvalidConfigError(FILE, `root: there is no folder ${root} with files in the repository`);
  }
  return { root, single_page: settings.get('pushstate') === 'enabled' };
}

function parseSettings(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [content = ''] = line.split('#');
    const colon = content.indexOf(':');
    if (colon === -1) continue;
    const value = content
      .slice(colon + 1)
      .trim()
      .replace(/^["']|["']$/g, '');
    if (value !== '') settings.set(content.slice(0, colon).trim(), value);
  }
  return settings;
}
