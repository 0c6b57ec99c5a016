import type { StageConfig } from './config.ts';
import { prefixOf } from './install/place.ts';

/** The physical name of a function and of its role, and of what else a stage has one of. */
export function functionName(config: Pick<StageConfig, 'stage'>, name: string): string {
  return `${prefixOf(config)}${name}`;
}
