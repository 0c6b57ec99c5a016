const REDACTED = '[redacted]';
const MAX_TEXT_CHARACTERS = 10_000;

/** Names of fields whose value is a secret, whatever it looks like: `password`, `refresh_token`, `secretAccessKey`. */
const SECRET_NAME =
  /(?:password|passphrase|secret|token|authorization|cookie|credentials?|signature|(?:access|api|private|seal|signing|cursor)[_-]?key)$/i;

/** Secrets inside of a text: each is known by its form, and what names it is kept. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g, REDACTED],
  [/\b(Bearer) +[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/:\/\/[^\s/@"'<>]+@/g, `://${REDACTED}@`],
  [
    /([?&](?:x-amz-(?:signature|credential|security-token)|signature|token|access_token|key|secret|password|code)=)[^&\s"'<>]+/gi,
    `$1${REDACTED}`,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g, REDACTED],
  // Our own; an invitation's isn't among them, since the laptop's log is where its mail is read.
  [/\bblt_[\w-]{20,}/g, REDACTED],
  [/\$argon2[a-z]+\$[^\s"']+/g, REDACTED],
];

/** What JSON leaves as it is, though a terminal takes it for an order, a line's end or a change of direction (ASVS 16.4.1). */
const STEERING = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A field of a log line as it may be written: a second line of defence, since secrets aren't passed to a log at all.
 *  In the form of JSON.stringify's replacer, so that it sees every level. */
export function redactField(name: string, value: unknown): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? REDACTED : redactText(value);
  const is_secret = typeof value === 'object' && value !== null && SECRET_NAME.test(name);
  return is_secret ? REDACTED : value;
}

/** A text without the secrets that can be told by their form and without what steers a terminal, and no longer than a line
 *  should be. */
export function redactText(text: string): string {
  const short = text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
  const plain = short.replace(STEERING, '\ufffd');
  return SECRET_TEXTS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), plain);
}
