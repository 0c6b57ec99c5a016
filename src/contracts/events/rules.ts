import type { EventType } from './catalog.ts';

/** As the platform names itself on the bus: the publisher writes it, and every rule asks for it. */
export const EVENT_SOURCE = 'branchline';

/** Which events go to which consumer: EventBridge rules on AWS, the bus on a laptop. */
export const EVENT_RULES = {
  'start-deployment': ['branchline.deployment.queued'],
  'stop-deployment': ['branchline.deployment.cancelled'],
  // Brings projects back as well; its name is that of a queue, which holds dead letters.
  'remove-project': ['branchline.project.deleted', 'branchline.project.restored'],
  metrics: [
    'branchline.project.created',
    'branchline.project.deleted',
    'branchline.project.restored',
    'branchline.deployment.succeeded',
    'branchline.deployment.failed',
    'branchline.deployment.cancelled',
  ],
  billing: [
    'branchline.deployment.succeeded',
    'branchline.deployment.failed',
    'branchline.deployment.cancelled',
  ],
} as const satisfies Record<string, readonly EventType[]>;

/** A consumer function's name. */
export type ConsumerName = keyof typeof EVENT_RULES;

/** The consumers that want an event of this type. */
export function consumersOf(type: string): ConsumerName[] {
  const names = Object.keys(EVENT_RULES) as ConsumerName[];
  return names.filter((name) => (EVENT_RULES[name] as readonly string[]).includes(type));
}
