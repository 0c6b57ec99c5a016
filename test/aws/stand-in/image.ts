import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import * as z from 'zod';

const manifestSchema = z.tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })]);
const configSchema = z.object({
  config: z.object({
    Entrypoint: z.array(z.string()),
    WorkingDir: z.string(),
    Env: z.array(z.string()),
  }),
});

/** An image, unpacked: what runs in it, where, and with which variables. */
export interface UnpackedImage {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Unpacks an archive as `docker save` writes it, into a folder of its own in `directory`. */
export async function unpackImage(archive: Uint8Array, directory: string): Promise<UnpackedImage> {
  const home = await mkdtemp(join(directory, 'image-'));
  const root = join(home, 'root');
  await mkdir(root);
  await writeFile(join(home, 'image.tar'), archive);
  await extract({ file: join(home, 'image.tar'), cwd: home });
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(home, path), 'utf8'));
  const [manifest] = manifestSchema.parse(await readJson('manifest.json'));
  for (const layer of manifest.Layers) await extract({ file: join(home, layer), cwd: root });
  const { config } = configSchema.parse(await readJson(manifest.Config));
  const variables = config.Env.map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]);
  return {
    argv: config.Entrypoint,
    folder: join(root, config.WorkingDir),
    variables: Object.fromEntries(variables),
  };
}
