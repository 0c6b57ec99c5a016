import type { AwsCaller } from '../../../src/adapters/aws/signed-call.ts';

/** Writes lines as CodeBuild and ECS do: into a stream of its own, in order. */
export interface LogStream {
  write(line: string): void;
  /** Resolves when all of it is there. @throws what writing met */
  flush(): Promise<void>;
}

export function openLogStream(aws: AwsCaller, logGroupName: string, logStreamName: string): LogStream {
  const call = (action: string, input: object) =>
    aws.callJson('logs', `Logs_20140328.${action}`, { logGroupName, logStreamName, ...input });
  let written: Promise<unknown> = call('CreateLogStream', {});
  // Whoever flushes hears of it.
  written.catch(() => undefined);
  return {
    write(message) {
      const logEvents = [{ timestamp: Date.now(), message }];
      written = written.then(() => call('PutLogEvents', { logEvents }));
      written.catch(() => undefined);
    },
    flush: async () => void (await written),
  };
}
