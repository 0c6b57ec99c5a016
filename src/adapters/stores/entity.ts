import type * as z from 'zod';
import type { Attributes, Item } from '../table/port.ts';

/** Reads an item as the thing it holds; what the table adds for itself is dropped. Items were validated when they were
 *  written, so this only gives them their type back: a second check on every read would pay for nothing. */
export function toEntity<S extends z.ZodType>(_schema: S, item: Item): z.infer<S> {
  return item.attributes as z.infer<S>;
}

/** An entity as attributes: plain data already, by its schema. */
export function toAttributes(entity: object): Attributes {
  return entity as Attributes;
}
