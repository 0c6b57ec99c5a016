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
  [/\$argon2[a-z]+\$[^\s"']+/g, REDACTED],
];

/** A field of a log line as it may be written: a second line of defence, since secrets aren't passed to a log at all.
 *  In the form of JSON.stringify's replacer, so that it sees every level. */
export function redactField(name: string, value: unknown): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? REDACTED : redactText(value);
  const is_secret = typeof value === 'object' && value !== null && SECRET_NAME.test(name);
  return is_secret ? REDACTED : value;
}

/** A text without the secrets that can be told by their form, and no longer than a line should be. */
export function redactText(text: string): string {
  const short = text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
  return SECRET_TEXTS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), short);
}
