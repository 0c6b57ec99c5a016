import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, CloudWatchLogsLogEvent } from 'aws-lambda';
import { BUILD_LINE_MARK, type LogStep, parseLogStream } from '../../src/contracts/functions/log-streams.ts';
import type { LogBatches, LogLine } from '../../src/domain/deployments/index.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

export interface LogCollectorDependencies {
  readonly logs: LogBatches;
  readonly logger: Logger;
}

/** What is kept of one batch: an app that writes more than this in a few seconds loses lines, and is told how many. */
const MAX_BATCH_BYTES = 400_000;

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
    const lines = limit(toLines(batch.logEvents, stream.step));
    if (lines.length > 0) await logs.appendBatch(stream.key, first.id, lines);
  };
}

function toLines(events: readonly CloudWatchLogsLogEvent[], step: LogStep): LogLine[] {
  return events.flatMap(({ timestamp, message }) => {
    const text = message.replace(/[\r\n]+$/, '');
    if (step === 'build' && !text.startsWith(BUILD_LINE_MARK)) return [];
    const own = step === 'build' ? text.slice(BUILD_LINE_MARK.length) : text;
    return [
      { timestamp: new Date(timestamp).toISOString(), step, stream: 'stdout', level: 'info', message: own },
    ];
  });
}

function limit(lines: readonly LogLine[]): readonly LogLine[] {
  let size_bytes = 0;
  const kept = lines.filter(({ message }) => {
    size_bytes += Buffer.byteLength(message);
    return size_bytes <= MAX_BATCH_BYTES;
  });
  const last = kept.at(-1) ?? lines[0];
  const lost = lines.length - kept.length;
  if (lost === 0 || last === undefined) return kept;
  const message = `${lost} lines were left out: more came at once than a log keeps.`;
  return [...kept, { ...last, stream: 'system', level: 'warn', message }];
}
