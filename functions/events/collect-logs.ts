import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, CloudWatchLogsLogEvent } from 'aws-lambda';
import { BUILD_LINE_MARK, type LogStep, parseLogStream } from '../../src/contracts/functions/log-streams.ts';
import type { LogBatches, LogLine } from '../../src/domain/deployments/index.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

export interface LogCollectorDependencies {
  readonly logs: LogBatches;
  readonly logger: Logger;
}

/** Takes what builds and apps wrote, as CloudWatch Logs brings it in batches, into their deployments' logs. */
export function createLogCollector(load: () => Promise<LogCollectorDependencies>) {
  return async ({ awslogs }: CloudWatchLogsEvent): Promise<void> => {
    const batch = JSON.parse(
      gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8'),
    ) as CloudWatchLogsDecodedData;
    const [first] = batch.logEvents;
    // A control message only asks whether anybody is there.
    if (batch.messageType !== 'DATA_MESSAGE' || first === undefined) return;
    const { logs, logger } = await load();
    const stream = parseLogStream(batch.logStream);
    if (stream === undefined) {
      logger.warn('lines of an unknown log stream', {
        log_group: batch.logGroup,
        log_stream: batch.logStream,
      });
      return;
    }
    const lines = toLines(batch.logEvents, stream.step);
    if (lines.length > 0) await logs.appendBatch(stream.key, first.id, lines);
  };
}

function toLines(events: readonly CloudWatchLogsLogEvent[], step: LogStep): LogLine[] {
  return events.flatMap(({ timestamp, message }) => {
    if (step === 'build' && !message.startsWith(BUILD_LINE_MARK)) return [];
    const own = step === 'build' ? message.slice(BUILD_LINE_MARK.length) : message;
    return [
      { timestamp: new Date(timestamp).toISOString(), step, stream: 'stdout', level: 'info', message: own },
    ];
  });
}
