import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyHost } from '../../../../local/proxy/classify-host.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined });
const suffix = (value: number | undefined): string => (value === undefined ? '' : `:${value}`);
const randomCase = (text: string, upper: readonly boolean[]): string =>
  Array.from(text, (character, index) =>
    upper[index % upper.length] ? character.toUpperCase() : character,
  ).join('');

describe('the Host header', () => {
  it('names an app by one label, in any case, with or without port and trailing dot', () => {
    const upper = fc.array(fc.boolean(), { minLength: 1 });
    fc.assert(
      fc.property(label, port, fc.boolean(), upper, (name, number, dot, cases) => {
        const host = randomCase(`${name}.localhost${dot ? '.' : ''}`, cases) + suffix(number);
        expect(classifyHost(host)).toEqual({ kind: 'app', label: name });
      }),
    );
  });

  it('names the API by its loopback names only', () => {
    const own = fc.constantFrom('127.0.0.1', 'localhost', 'LocalHost', 'localhost.', '[::1]');
    fc.assert(
      fc.property(own, port, (name, number) => {
        expect(classifyHost(name + suffix(number))).toEqual({ kind: 'api' });
      }),
    );
  });

  it('is unknown for anything else, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6()), (host) => {
        const result = classifyHost(host);
        const shapes = {
          api: /^(127\.0\.0\.1|localhost|\[::1\])\.?(:\d+)?$/i,
          app: /^[a-z0-9-]+\.localhost\.?(:\d+)?$/i,
          unknown: /^/,
        };
        expect(host).toMatch(shapes[result.kind]);
        expect(result.kind === 'unknown' ? result.host : host).toBe(host);
      }),
    );
  });

  it.each([
    undefined,
    '',
    '.localhost',
    'a.b.localhost',
    'a_b.localhost',
    '-a.localhost',
    'a-.localhost',
    `${'a'.repeat(64)}.localhost`,
    'app.localhost:',
    'app.localhost:99999',
    'app.localhost:80:80',
    'app.localhost..',
    'user@app.localhost',
    'app.localhost/x',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.0.0.2',
    '::1',
    '[::2]',
    'a'.repeat(5_000),
  ])('%j is unknown', (host) => {
    expect(classifyHost(host).kind).toBe('unknown');
  });

  it('takes more names of the API', () => {
    expect(classifyHost('Box.lan:8787', ['box.lan'])).toEqual({ kind: 'api' });
  });
});
