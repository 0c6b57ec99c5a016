/** Longest message that is kept, in UTF-8. */
export const MAX_MESSAGE_BYTES = 16 * 1024;
const CUT = ' [cut]';
/** What lies beyond is not even looked at. */
const MAX_EXAMINED_CHARS = 4 * MAX_MESSAGE_BYTES;

/**
 * Terminal sequences: colours and cursor moves (CSI), titles and links (OSC), single ones. In place of node's own
 * `stripVTControlCharacters`, which takes seconds for a few ten thousand unfinished sequences: here each part stops
 * at the next escape, so the time is linear.
 */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is removed.
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][0-9A-Za-z]|[=>A-Z\\^_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is removed.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/**
 * A message as it may be stored and shown: one line, without colours and other control characters but tabs, at most
 * 16 KiB long.
 */
export function cleanMessage(message: string): string {
  const one_line = message
    .slice(0, MAX_EXAMINED_CHARS)
    .replace(/\r?\n|\r/g, ' ')
    .trimEnd();
  return cut(one_line.replace(SEQUENCES, '').replace(CONTROL_CHARACTERS, '').toWellFormed());
}

function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
  const bytes = Buffer.from(text);
  let end = MAX_MESSAGE_BYTES - CUT.length;
  while (isWithinCharacter(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end) + CUT;
}

function isWithinCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
