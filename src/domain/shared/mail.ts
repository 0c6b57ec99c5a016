import * as z from 'zod';

/** One mail, in plain text. */
export const mailSchema = z.strictObject({
  /** Null for one that nobody gets: where an unknown address must cost what a known one does, it is sent all the same. */
  to: z.string().min(1).max(254).nullable(),
  subject: z.string().min(1),
  text: z.string().min(1),
});
export type Mail = z.infer<typeof mailSchema>;

/** Where mails go. */
export interface Mailer {
  /** Hands a mail over; whether it arrives is not known then.
   *  @throws AppError SERVICE_UNAVAILABLE, UPSTREAM_FAILED when it could not be handed over */
  send(mail: Mail): Promise<void>;
}
