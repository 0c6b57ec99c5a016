/** A Procfile's processes by name, and the lines that say nothing. */
export interface Procfile {
  readonly processes: ReadonlyMap<string, string>;
  readonly ignored_lines: readonly number[];
}

const PROCESS_LINE = /^([A-Za-z0-9_-]+)\s*:\s*(\S.*)$/;

/** Reads a Procfile: one `name: command` a line; blank lines and comments are skipped, a later name wins. */
export function parseProcfile(text: string): Procfile {
  const processes = new Map<string, string>();
  const ignored_lines: number[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = PROCESS_LINE.exec(line);
    const [, name, command] = match ?? [];
    if (name === undefined || command === undefined) ignored_lines.push(index + 1);
    else processes.set(name, command);
  }
  return { processes, ignored_lines };
}
