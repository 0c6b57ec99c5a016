import { WebSocket } from 'ws';
import { hostOf, send } from './platform-http.ts';

/** Requests of several clients at once, each asking again as soon as it was answered. */
export interface Load {
  /** Stops asking, and waits for the last answers. @returns how often each text was answered */
  end(): Promise<ReadonlyMap<string, number>>;
  /** Everything that was no whole answer with status 200. */
  readonly failures: readonly string[];
}

/** @param paths - one client for each */
export function startLoad(port: number, url: string | null, paths: readonly string[]): Load {
  const host = hostOf(url);
  const failures: string[] = [];
  const texts = new Map<string, number>();
  let over = false;
  const clients = paths.map(async (path) => {
    while (!over) {
      try {
        const { status, text } = await send(port, { host, path });
        if (status === 200) texts.set(text, (texts.get(text) ?? 0) + 1);
        else failures.push(`${path}: ${status} ${text}`);
      } catch (error) {
        failures.push(`${path}: ${String(error)}`);
      }
    }
  });
  return {
    failures,
    async end() {
      over = true;
      await Promise.all(clients);
      return texts;
    },
  };
}

/** A WebSocket to an app, by its host name. */
export async function openSocket(port: number, url: string | null): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { host: hostOf(url) } });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Sends a text and @returns the answer. */
export function exchange(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('message', (data: Buffer) => resolve(data.toString('utf8')));
    socket.once('close', () => reject(new Error('The WebSocket was closed')));
    socket.send(text);
  });
}
