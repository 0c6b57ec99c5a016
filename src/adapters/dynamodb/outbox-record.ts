import { type StoredItem, toAttributes } from './items.ts';
import { KEY_ATTRIBUTES, OUTBOX_SUFFIX } from './table.ts';

/** An outbox item as a record of the table's stream shows it; undefined for any other item. What this adapter can't have
 *  written is shown as it is stored: reading it must not fail, or it would hold up those behind it. */
export function readOutboxRecord(
  image: Readonly<StoredItem>,
): { readonly pk: string; readonly sk: string; readonly body: unknown } | undefined {
  const pk = image[KEY_ATTRIBUTES.pk]?.S ?? '';
  const sk = image[KEY_ATTRIBUTES.sk]?.S ?? '';
  return pk.endsWith(OUTBOX_SUFFIX) ? { pk, sk, body: readBody(image) } : undefined;
}

function readBody(image: Readonly<StoredItem>): unknown {
  try {
    return toAttributes(image);
  } catch (error) {
    if (error instanceof TypeError) return image;
    throw error;
  }
}
