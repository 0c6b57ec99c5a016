import { firstFile, hasFile } from '../snapshot.ts';
import { readStaticfile } from '../staticfile.ts';
import { draft, type Provider } from './provider.ts';

/** Files that are served as they are. */
export const staticSite: Provider = {
  name: 'static',
  looks_for: 'Staticfile, index.html, public/index.html or dist/index.html',
  programs: [],
  detect({ snapshot, start, build }) {
    if (start !== null) return null;
    const declared = readStaticfile(snapshot, build !== null || hasFile(snapshot, 'package.json'));
    if (declared !== null) {
      const reasons = [`Staticfile: a static site in ${folderName(declared.root)}.`];
      return draft({ reasons, start: { kind: 'static', site: declared } });
    }
    const index = firstFile(snapshot, ['index.html', 'public/index.html', 'dist/index.html']);
    if (index === null) return null;
    const root = index.includes('/') ? index.slice(0, index.indexOf('/')) : '.';
    return draft({
      reasons: [`${index}: a static site in ${folderName(root)}.`],
      start: { kind: 'static', site: { root, single_page: false } },
      certainty: 'found',
    });
  },
};

function folderName(root: string): string {
  return root === '.' ? 'the root' : `${root}/`;
}
