import type * as z from 'zod';
import { DEPLOYMENT_EVENTS } from '../../domain/deployments/index.ts';
import { IDENTITY_EVENTS } from '../../domain/identity/index.ts';
import { PROJECT_EVENTS } from '../../domain/projects/index.ts';

/** Every event there is: its type and the schema of its `data`. */
export const EVENTS = {
  ...IDENTITY_EVENTS,
  ...PROJECT_EVENTS,
  ...DEPLOYMENT_EVENTS,
} as const satisfies Record<string, z.ZodType>;
export type EventType = keyof typeof EVENTS;
