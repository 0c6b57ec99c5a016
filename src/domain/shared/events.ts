import * as z from 'zod';
import { idSchema, timestampSchema } from './schemas.ts';

/** The envelope every event shares; `data` is specified per type by the module that owns the type. */
export const eventEnvelopeSchema = z.strictObject({
  id: idSchema('evt'),
  /** `branchline.<thing>.<past tense>` */
  type: z.string(),
  /** Version of the type's data schema. */
  schema_version: z.int().min(1),
  tenant_id: idSchema('ten'),
  /** The thing that changed, and its version after the change: consumers drop older ones. */
  entity: z.strictObject({ id: z.string(), version: z.int().min(1) }),
  occurred_at: timestampSchema,
  data: z.record(z.string(), z.unknown()),
});

/** Something that happened, written in the same transaction as the change itself. */
export type DomainEvent = z.infer<typeof eventEnvelopeSchema>;

/** What a consumer function receives on the laptop and on AWS alike. */
export interface EventConsumer {
  /** Must be unmoved by a duplicate and by an older event after a newer one. */
  handle(event: DomainEvent): Promise<void>;
}
