import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import { readImageReference } from '../builder/images.ts';
import type { ResourceUsage } from '../prometheus.ts';
import type { Instance } from './instance.ts';
import type { LocalCompute } from './provider.ts';

const BYTES_PER_GB = 1e9;

/** Tells what each project's apps use: memory now, processors since it was last asked, and their images' size. */
export function createUsageReader(
  compute: Pick<LocalCompute, 'running'>,
  images_dir: string,
): () => Promise<ResourceUsage[]> {
  const image_sizes = new LRUCache<string, number>({ max: 1000 });
  const samples = new LRUCache<string, { readonly cpu_s: number; readonly at_ms: number }>({ max: 1000 });

  const cores = (instance: Instance, cpu_s: number): number => {
    const at_ms = performance.now();
    const before = samples.get(instance.id);
    samples.set(instance.id, { cpu_s, at_ms });
    // A restarted app counts from zero again.
    if (before === undefined || cpu_s < before.cpu_s || at_ms === before.at_ms) return 0;
    return (cpu_s - before.cpu_s) / ((at_ms - before.at_ms) / 1000);
  };

  const imageBytes = async (image: string): Promise<number> => {
    const known = image_sizes.get(image);
    if (known !== undefined) return known;
    const size_bytes = await folderBytes(readImageReference(images_dir, image));
    image_sizes.set(image, size_bytes);
    return size_bytes;
  };

  return async () => {
    const usages: ResourceUsage[] = [];
    for (const instance of compute.running()) {
      const used = await instance.usage();
      usages.push({
        project_id: instance.spec.service.project_id,
        cpu_cores: cores(instance, used?.cpu_s ?? 0),
        memory_gb: (used?.resident_bytes ?? 0) / BYTES_PER_GB,
        storage_gb: (await imageBytes(instance.spec.image)) / BYTES_PER_GB,
      });
    }
    return usages;
  };
}

async function folderBytes(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  let size_bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) size_bytes += await fileBytes(join(entry.parentPath, entry.name));
  }
  return size_bytes;
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch {
    // It went away between the listing and the look.
    return 0;
  }
}
