/** A statement of a policy, resolved. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** One request, as IAM sees it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys with their values; a key that isn't here is absent. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** IAM's verdict on a request: allowed by a statement and denied by none.
 *  @throws Error for what this evaluator doesn't know, so that no test passes by a misunderstanding */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const fitting = statements.filter((statement) => fits(statement, request));
  return fitting.length > 0 && fitting.every(({ Effect }) => Effect === 'Allow');
}

function fits(statement: Statement, request: Request): boolean {
  const unknown = Object.keys(statement).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw new Error(`This evaluator doesn't know ${unknown.join(', ')}`);
  const { context = {} } = request;
  return (
    list(statement.Action).some((pattern) => matches(pattern.toLowerCase(), request.action.toLowerCase())) &&
    // A trust policy has no resource: it is about its own role.
    (statement.Resource === undefined ||
      list(statement.Resource).some((pattern) => matches(substitute(pattern, context), request.resource))) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => holds(operator, key, list(expected), context)),
    )
  );
}

const KNOWN = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']);

type Context = NonNullable<Request['context']>;

function holds(operator: string, key: string, expected: readonly string[], context: Context): boolean {
  const given = context[key];
  if (operator === 'Null') return expected.includes(String(given === undefined));
  const negated = NEGATIONS[operator];
  // IAM's own rule: a negated operator holds of a key that is absent.
  if (negated !== undefined) return !holds(negated, key, expected, context);
  const [, set, name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const compare = COMPARISONS[name];
  if (compare === undefined) throw new Error(`This evaluator doesn't know ${operator}`);
  const fitsOne = (value: string) =>
    expected.some((pattern) => {
      const wanted = substitute(pattern, context);
      return wanted !== undefined && compare(wanted, value);
    });
  // IAM's own rule: ForAllValues holds of a key that is absent, everything else does not.
  if (set === 'ForAllValues') return list(given ?? []).every(fitsOne);
  return given !== undefined && list(given).some(fitsOne);
}

const NEGATIONS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotLike: 'StringLike',
};

const COMPARISONS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
};

/** Puts the request's values in place of policy variables; one that is absent makes its pattern match nothing. */
function substitute(pattern: string, context: Context): string {
  return pattern.replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => {
    const value = context[key];
    return typeof value === 'string' ? value : '\u0000';
  });
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
