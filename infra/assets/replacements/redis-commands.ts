/** Stands in bundles for @ioredis/commands, which describes every command there is: what the shared cache needs of it, and
 *  what the client sends by itself. `loading`: may be sent before the server says that it is ready. */
const COMMANDS: Readonly<Record<string, { readonly loading: boolean }>> = {
  auth: { loading: true },
  client: { loading: true },
  eval: { loading: false },
  exec: { loading: true },
  hello: { loading: true },
  info: { loading: true },
  multi: { loading: true },
  ping: { loading: false },
  quit: { loading: true },
  select: { loading: true },
};

/** The names, which the client makes methods of. */
export const list: readonly string[] = Object.keys(COMMANDS);

export function exists(name: string): boolean {
  return Object.hasOwn(COMMANDS, name.toLowerCase());
}

export function hasFlag(name: string, flag: string): boolean {
  return flag === 'loading' && COMMANDS[name.toLowerCase()]?.loading === true;
}

/** Only a client with a prefix of keys or a cluster asks for these. */
export function getKeyIndexes(): never {
  throw new Error('This bundle has no cluster and no prefix of keys');
}
