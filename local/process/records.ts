import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const RunRecord = z.object({
  id: z.string(),
  pid: z.int().min(2),
  started: z.string(),
  boot_id: z.string(),
  cgroup: z.string().nullable(),
});

/** What is needed to find a run again after the platform was killed. The leader's pid is also its group's id. */
export type RunRecord = z.infer<typeof RunRecord>;

const SUFFIX = '.run.json';

/** The records of runs, one small file each. */
export class RunRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores a record; when this resolves, a kill of the platform no longer loses the run. */
  async write(record: RunRecord): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#path(record.id), JSON.stringify(record), { mode: 0o600 });
  }

  /** Forgets a run. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Every record there is. One that can't be read belongs to a run that never began, so it is removed. */
  async list(): Promise<RunRecord[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(SUFFIX));
    const records = await Promise.all(names.map((name) => this.#read(name.slice(0, -SUFFIX.length))));
    return records.filter((record) => record !== null);
  }

  async #read(id: string): Promise<RunRecord | null> {
    const parsed = RunRecord.safeParse(parseJson(await readFile(this.#path(id), 'utf8')));
    if (parsed.success) return parsed.data;
    await this.remove(id);
    return null;
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A record cut short by a kill: its command waits behind the gate and ends by itself.
    return null;
  }
}
