import { inject } from 'vitest';
import * as z from 'zod';

const mailSchema = z.strictObject({ from: z.string(), subject: z.string(), text: z.string() });

/** The latest mail that the deployed installation sent to an address; waits for the first. */
export async function mailTo(address: string): Promise<z.infer<typeof mailSchema>> {
  const answer = await fetch(`${inject('mailbox_url')}/${encodeURIComponent(address)}`);
  return mailSchema.parse(await answer.json());
}
