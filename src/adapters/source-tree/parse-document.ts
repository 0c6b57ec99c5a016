import { parse as parseToml } from 'smol-toml';
import type { SourceDocument, WellKnownFile } from '../../domain/builds/index.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** A well-known file's content in the form that the build plan expects. */
export function parseDocument(content: string, format: WellKnownFile['format']): SourceDocument {
  const text = content.startsWith(BYTE_ORDER_MARK) ? content.slice(1) : content;
  if (format === 'text') return { kind: 'text', text };
  try {
    return { kind: 'data', value: format === 'json' ? JSON.parse(text) : parseToml(text) };
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'invalid', reason: `is not valid ${format.toUpperCase()}: ${problem}` };
  }
}
