import type { AwsCaller } from '../../../src/adapters/aws/signed-call.ts';

/** Writes lines as CodeBuild and ECS do: into a stream of its own, in order, and in batches of what has come meanwhile. */
export interface LogStream {
  write(line: string): void;
  /** Resolves when all of it is there. @throws what writing met */
  flush(): Promise<void>;
}

export function openLogStream(aws: AwsCaller, logGroupName: string, logStreamName: string): LogStream {
  const call = (action: string, input: object) =>
    aws.callJson('logs', `Logs_20140328.${action}`, { logGroupName, logStreamName, ...input });
  let waiting: { readonly timestamp: number; readonly message: string }[] = [];
  const putWaiting = async (): Promise<void> => {
    const logEvents = waiting;
    waiting = [];
    // An earlier call took them along.
    if (logEvents.length > 0) await call('PutLogEvents', { logEvents });
  };
  let written: Promise<unknown> = call('CreateLogStream', {});
  // Whoever flushes hears of it.
  written.catch(() => undefined);
  return {
    write(message) {
      waiting.push({ timestamp: Date.now(), message });
      written = written.then(putWaiting);
      written.catch(() => undefined);
    },
    flush: async () => void (await written),
  };
}
