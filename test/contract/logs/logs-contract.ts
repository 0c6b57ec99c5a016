import { beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentKey, DeploymentLogs, LogLine } from '../../../src/domain/deployments/index.ts';
import { testId } from '../../support/test-ids.ts';

const KEY: DeploymentKey = { tenant_id: testId('ten', 1), deployment_id: testId('dpl', 1) };
const OTHER: DeploymentKey = { tenant_id: testId('ten', 1), deployment_id: testId('dpl', 2) };

const line = (message: string): LogLine => ({
  timestamp: '2026-11-25T12:00:00.000Z',
  step: 'build',
  stream: 'stdout',
  level: 'info',
  message,
});

/** What every place that keeps deployment logs does.
 *  @param create - an empty one, and another reader of the same place, as another instance would be */
export function logsContract(
  name: string,
  create: () => Promise<{ readonly logs: DeploymentLogs; readonly reopened: () => DeploymentLogs }>,
): void {
  describe(`deployment logs: ${name}`, () => {
    let logs: DeploymentLogs;
    let reopened: () => DeploymentLogs;

    beforeEach(async () => {
      ({ logs, reopened } = await create());
    });

    const write = async (...messages: readonly string[]) => {
      for (const message of messages) logs.append(KEY, line(message));
      await logs.flush();
    };

    it('returns lines in the order in which they were appended, numbered from 1 without a gap', async () => {
      await write('one', 'two');
      await write('three');
      const { lines, next } = await logs.read(KEY, { after: 0, limit: 10 });
      expect(lines.map((each) => each.message)).toEqual(['one', 'two', 'three']);
      expect(lines.map((each) => each.sequence)).toEqual([1, 2, 3]);
      expect(next).toBe(3);
    });

    it('fills a page with as many lines as were asked for, however they came', async () => {
      for (let number = 1; number <= 25; number += 1) await write(`line ${number}`);
      const { lines, next } = await logs.read(KEY, { after: 0, limit: 23 });
      expect(lines.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 23 }, (_, index) => index + 1),
      );
      expect(next).toBe(23);
    });

    it('continues after the number that a page ended with, to the end and past it', async () => {
      await write(...Array.from({ length: 25 }, (_, position) => `line ${position + 1}`));
      const seen: string[] = [];
      let after = 0;
      for (let page = 0; page < 4; page += 1) {
        const { lines, next } = await logs.read(KEY, { after, limit: 10 });
        seen.push(...lines.map((each) => each.message));
        after = next;
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, position) => `line ${position + 1}`));
      expect(after).toBe(25);
    });

    it('keeps the whole line, whatever characters are in it', async () => {
      const odd = 'tab\there, "quotes", back\\slash, ünïcödé 🚂, </script>';
      await write(odd);
      const { lines } = await logs.read(KEY, { after: 0, limit: 1 });
      expect(lines[0]).toEqual({ ...line(odd), sequence: 1 });
    });

    it('keeps deployments apart', async () => {
      await write('mine');
      logs.append(OTHER, line('theirs'));
      await logs.flush();
      const { lines } = await logs.read(OTHER, { after: 0, limit: 10 });
      expect(lines.map((each) => each.message)).toEqual(['theirs']);
    });

    it('has nothing of a deployment that logged nothing', async () => {
      expect(await logs.read(OTHER, { after: 0, limit: 10 })).toEqual({ lines: [], next: 0 });
    });

    it('goes on counting where another process stopped', async () => {
      await write('before');
      const later = reopened();
      later.append(KEY, line('after'));
      await later.flush();
      const { lines } = await later.read(KEY, { after: 0, limit: 10 });
      expect(lines.map((each) => [each.sequence, each.message])).toEqual([
        [1, 'before'],
        [2, 'after'],
      ]);
    });

    it('answers a waiting reader with the line that comes', async () => {
      const waiting = logs.read(KEY, { after: 0, limit: 10, wait_ms: 20_000 });
      await write('news');
      expect((await waiting).lines.map((each) => each.message)).toEqual(['news']);
    });

    it('answers a waiting reader with nothing when it is called off', async () => {
      const off = new AbortController();
      const waiting = logs.read(KEY, { after: 0, limit: 10, wait_ms: 20_000, signal: off.signal });
      off.abort();
      expect(await waiting).toEqual({ lines: [], next: 0 });
    });

    it('loses no line of a long log', async () => {
      const many = Array.from({ length: 1200 }, (_, position) => `${position} ${'x'.repeat(400)}`);
      await write(...many);
      const seen: string[] = [];
      for (let after = 0; ; ) {
        const { lines, next } = await logs.read(KEY, { after, limit: 1000 });
        if (lines.length === 0) break;
        seen.push(...lines.map((each) => each.message));
        after = next;
      }
      expect(seen).toEqual(many);
    });
  });
}
