import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

const contentSchema = z.strictObject({ Data: z.string().min(1), Charset: z.literal('UTF-8') });
/** SendEmail of SES v2, as far as the platform uses it. */
const sendEmailSchema = z.strictObject({
  FromEmailAddress: z.email(),
  Destination: z.strictObject({ ToAddresses: z.tuple([z.email()]) }),
  Content: z.strictObject({
    Simple: z.strictObject({ Subject: contentSchema, Body: z.strictObject({ Text: contentSchema }) }),
  }),
});

/** SES, for AWS_ENDPOINT_URL_SES, which keeps what is sent: GET with an address as the path answers with the latest mail to
 *  it, once there is one. */
export async function startMailbox(): Promise<{ readonly url: string; readonly server: Server }> {
  const latest = new Map<string, object>();
  const arrivals = new EventEmitter();

  const take = async (incoming: IncomingMessage): Promise<void> => {
    const { Destination, Content, FromEmailAddress } = sendEmailSchema.parse(await json(incoming));
    const [to] = Destination.ToAddresses;
    const { Subject, Body } = Content.Simple;
    latest.set(to, { from: FromEmailAddress, subject: Subject.Data, text: Body.Text.Data });
    arrivals.emit(to);
  };
  const show = async (address: string): Promise<object> => {
    const mail = latest.get(address);
    if (mail !== undefined) return mail;
    await new Promise((resolve) => arrivals.once(address, resolve));
    return show(address);
  };
  const answer = async (incoming: IncomingMessage): Promise<object> => {
    if (incoming.method === 'GET') return show(decodeURIComponent((incoming.url ?? '/').slice(1)));
    if (incoming.url !== '/v2/email/outbound-emails') throw new Error(`Unknown to SES: ${incoming.url}`);
    await take(incoming);
    return { MessageId: 'sent' };
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming).then(
      (body) => write(outgoing, 200, body),
      (error: Error) => write(outgoing, 400, { message: error.message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function write(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
