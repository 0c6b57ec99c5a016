const MAX_MESSAGE_CHARS = 1_000;
const MAX_AUTHOR_CHARS = 200;

/** An author's name on one line, without control characters, cut after its first 200 characters. */
export function cleanAuthor(name: string): string {
  return firstChars(withoutControls(name).replace(/\s+/g, ' ').trim(), MAX_AUTHOR_CHARS);
}

/** A commit's message without control characters, cut after its first 1,000 characters. */
export function cleanMessage(message: string): string {
  return firstChars(withoutControls(message).trim(), MAX_MESSAGE_CHARS);
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these go to logs, terminals and environments.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function firstChars(text: string, max_chars: number): string {
  // By code points, so that no half of a surrogate pair is left at the end.
  return text.length <= max_chars ? text : Array.from(text).slice(0, max_chars).join('');
}
