/** Longest line, in bytes, that is passed on whole. */
export const MAX_LINE_BYTES = 16 * 1024;
/** Ends a line that was cut. */
export const CUT_MARK = ' [line cut at 16 KiB]';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Turns chunks of bytes into lines while holding at most one line's limit in memory. */
export class LineSplitter {
  #held: Buffer[] = [];
  #held_bytes = 0;
  #cut = false;

  /** @returns the lines that `chunk` completes */
  *push(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  /** @returns the last line when the output did not end with a newline */
  *end(): Generator<string> {
    if (this.#held_bytes > 0) yield this.#take();
  }

  #hold(part: Buffer): void {
    const kept = part.subarray(0, MAX_LINE_BYTES - this.#held_bytes);
    if (kept.length < part.length) this.#cut = true;
    if (kept.length === 0) return;
    // A copy, since a slice would keep its whole chunk in memory.
    this.#held.push(Buffer.from(kept));
    this.#held_bytes += kept.length;
  }

  #take(): string {
    const bytes = Buffer.concat(this.#held);
    const cut = this.#cut;
    this.#held = [];
    this.#held_bytes = 0;
    this.#cut = false;
    // `stream` leaves out a character that the cut split, where the default would show a replacement mark.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      !cut && bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes,
      { stream: cut },
    );
    return cut ? text + CUT_MARK : text;
  }
}
