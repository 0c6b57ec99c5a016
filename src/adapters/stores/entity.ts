import type * as z from 'zod';
import type { Attributes, Item } from '../table/port.ts';

/** Reads an item as the thing it holds; what the table adds for itself is dropped. Items were validated when they were
 *  written, so this only gives them their type back: a second check on every read would pay for nothing. */
export function toEntity<S extends z.ZodType>(_schema: S, item: Item): z.infer<S> {
  return item.attributes as z.infer<S>;
}

/** A text attribute. @throws Error when the item has none of that name: then it isn't what was expected */
export function readText(item: Item, attribute: string): string {
  const value = item.attributes[attribute];
  if (typeof value === 'string') return value;
  throw new Error(`The item ${item.key.pk}/${item.key.sk} has no text ${attribute}`);
}

/** An entity as attributes: plain data already, by its schema. */
export function toAttributes(entity: object): Attributes {
  return entity as Attributes;
}
