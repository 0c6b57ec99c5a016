import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogCollector } from '../../../functions/events/collect-logs.ts';
import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { logStreamPrefix } from '../../../src/contracts/functions/log-streams.ts';
import { createRecordedLogger, type RecordedLogger } from '../../support/recorded-logger.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';

const KEY = { tenant_id: testId('ten', 1), deployment_id: testId('dpl', 1) };
const WRITTEN_MS = Date.UTC(2026, 10, 25, 12);

let logs: ReturnType<typeof createLogStore>;
let logger: RecordedLogger;
let collect: ReturnType<typeof createLogCollector>;
beforeEach(() => {
  logs = createLogStore(createMemoryTable().table, createTestClock());
  logger = createRecordedLogger();
  collect = createLogCollector(async () => ({ logs, logger }));
});

/** A batch as CloudWatch Logs hands it over. */
function batch(logStream: string, messages: readonly string[], messageType = 'DATA_MESSAGE') {
  const logEvents = messages.map((message, position) => ({
    id: `${logStream} ${message.slice(0, 20)} ${position}`,
    timestamp: WRITTEN_MS + position,
    message,
  }));
  const decoded = {
    messageType,
    owner: '1',
    logGroup: 'apps',
    logStream,
    subscriptionFilters: ['x'],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(decoded)).toString('base64') } };
}

const streamOf = (step: 'build' | 'pre_deploy' | 'runtime') => `${logStreamPrefix(KEY, step)}/app/task-1`;
const read = async () => (await logs.read(KEY, { after: 0, limit: 1000 })).lines;
const messages = async () => (await read()).map(({ message }) => message);

describe('the log collector', () => {
  it('puts an app’s lines into its deployment’s log, with the time at which they were written', async () => {
    await collect(batch(streamOf('runtime'), ['listening\n', 'asked /']));
    expect(await read()).toEqual([
      {
        sequence: 1,
        timestamp: '2026-11-25T12:00:00.000Z',
        step: 'runtime',
        stream: 'stdout',
        level: 'info',
        message: 'listening',
      },
      expect.objectContaining({ sequence: 2, timestamp: '2026-11-25T12:00:00.001Z', message: 'asked /' }),
    ]);
  });

  it('knows pre-deploy commands from the app', async () => {
    await collect(batch(streamOf('pre_deploy'), ['migrated']));
    expect(await read()).toMatchObject([{ step: 'pre_deploy', message: 'migrated' }]);
  });

  it('takes of a build what its script wrote, and leaves out what CodeBuild says beside it', async () => {
    const told = [
      '[Container] 2026/11/25 Entering phase BUILD',
      '| #5 RUN npm ci\n',
      '| ',
      'plain',
      '| | two',
    ];
    await collect(batch(streamOf('build'), told));
    expect(await messages()).toEqual(['#5 RUN npm ci', '', '| two']);
  });

  it('appends nothing of a build whose lines are all CodeBuild’s own', async () => {
    await collect(batch(streamOf('build'), ['[Container] Waiting for agent ping']));
    expect(await messages()).toEqual([]);
  });

  it('appends a batch once, however often it comes', async () => {
    const one = batch(streamOf('runtime'), ['one']);
    await collect(one);
    await collect(batch(streamOf('runtime'), ['two']));
    await collect(one);
    expect(await messages()).toEqual(['one', 'two']);
  });

  it('leaves out what would steer a terminal, and cuts what is too long, as a laptop does', async () => {
    await collect(batch(streamOf('runtime'), ['\u001b[31mred\u001b[0m\u0000\r\n', 'x'.repeat(20_000)]));
    const [red, long] = await messages();
    expect(red).toBe('red');
    expect(long).toMatch(/x \[cut\]$/);
  });

  it('takes no time over a line of nothing but line ends, which an app may write on purpose', async () => {
    await collect(batch(streamOf('runtime'), [`${'\r'.repeat(200_000)}x`]));
    expect(await messages()).toHaveLength(1);
  });

  it('says how many lines it left out where an app writes more than a log keeps', async () => {
    await collect(
      batch(
        streamOf('runtime'),
        Array.from({ length: 100 }, () => 'x'.repeat(20_000)),
      ),
    );
    const lines = await read();
    expect(lines).toHaveLength(25);
    expect(lines.at(-1)).toMatchObject({
      stream: 'system',
      level: 'warn',
      message: '76 lines were left out: more came at once than a log keeps.',
    });
  });

  it('answers a control message with nothing', async () => {
    await collect(batch(streamOf('runtime'), ['CWL CONTROL MESSAGE'], 'CONTROL_MESSAGE'));
    expect(await messages()).toEqual([]);
  });

  it.each([
    '',
    'app/task-1',
    `${KEY.tenant_id}/${KEY.deployment_id}/other/1`,
    `x/${KEY.deployment_id}/runtime/1`,
  ])('leaves lines of the stream %j alone, and tells the operator', async (stream) => {
    await collect(batch(stream, ['line']));
    expect(await messages()).toEqual([]);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { log_stream: stream } }]);
  });

  it('fails on what is no batch, so that it is kept', async () => {
    await expect(collect({ awslogs: { data: 'nonsense' } })).rejects.toThrow();
  });

  it('fails where the lines can’t be stored, so that the batch comes again', async () => {
    const failing = createLogCollector(async () => ({
      logs: { appendBatch: () => Promise.reject(new Error('throttled')) },
      logger,
    }));
    await expect(failing(batch(streamOf('runtime'), ['line']))).rejects.toThrow('throttled');
  });
});
