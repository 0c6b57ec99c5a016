import { dockerfile } from './dockerfile.ts';
import { go } from './go.ts';
import { node } from './node.ts';
import type { Provider } from './provider.ts';
import { python } from './python.ts';
import { shellScript } from './shell.ts';
import { staticSite } from './static.ts';

/** Every provider, in order of precedence among those that are equally sure. A new language is one more line. */
export const PROVIDERS: readonly Provider[] = [node, python, go, staticSite, shellScript, dockerfile];
