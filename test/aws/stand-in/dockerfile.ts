/** An instruction of a Dockerfile as ours have them: one line each, arguments in the JSON form. */
export type Instruction =
  | { readonly name: 'FROM'; readonly stage: string }
  | { readonly name: 'WORKDIR'; readonly folder: string }
  | { readonly name: 'ENV'; readonly variable: string; readonly value: string }
  | { readonly name: 'COPY'; readonly from: string | undefined; readonly paths: readonly string[] }
  | { readonly name: 'RUN'; readonly secrets: readonly string[]; readonly argv: readonly string[] }
  | { readonly name: 'ENTRYPOINT'; readonly argv: readonly string[] }
  | { readonly name: 'OTHER' };

/** Reads the Dockerfiles that the platform writes, and no others.
 *  @throws Error for a line that isn't one of theirs */
export function parseDockerfile(text: string): Instruction[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): Instruction {
  const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  switch (name) {
    case 'FROM':
      return { name, stage: / AS (\S+)$/.exec(rest)?.[1] ?? '' };
    case 'WORKDIR':
      return { name, folder: rest };
    case 'ENV':
      return parseVariable(rest);
    case 'COPY':
      return { name, from: /--from=(\S+)/.exec(rest)?.[1], paths: jsonPart(rest) };
    case 'RUN':
      return {
        name,
        secrets: [...rest.matchAll(/env=(\w+) /g)].map(([, id]) => String(id)),
        argv: jsonPart(rest),
      };
    case 'ENTRYPOINT':
      return { name, argv: jsonPart(rest) };
    case 'USER':
    case 'EXPOSE':
    case 'HEALTHCHECK':
      return { name: 'OTHER' };
    default:
      throw new Error(`Not a line of ours: ${line}`);
  }
}

function parseVariable(rest: string): Instruction {
  const [, variable, value] = /^(\w+)="(.*)"$/.exec(rest) ?? [];
  if (variable === undefined || value === undefined) throw new Error(`Not a variable: ${rest}`);
  return { name: 'ENV', variable, value };
}

function jsonPart(rest: string): string[] {
  return JSON.parse(rest.slice(rest.indexOf('['))) as string[];
}
