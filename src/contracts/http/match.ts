import { methodsOf, type RequestMethod, type Route } from './route.ts';

/** What the catalogue says of a method and a path. */
export type Match =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** As it was asked for: HEAD, where the route says GET. */
      readonly method: RequestMethod;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'method_not_allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'not_found' };

/** Prepares a catalogue for matching. */
export function createMatcher(routes: readonly Route[]): (method: string, path: string) => Match {
  const bySegmentCount = new Map<number, { readonly route: Route; readonly segments: readonly string[] }[]>();
  for (const route of routes) {
    const segments = route.path.split('/');
    const group = bySegmentCount.get(segments.length) ?? [];
    group.push({ route, segments });
    bySegmentCount.set(segments.length, group);
  }
  return (method, path) => {
    const segments = path.split('/');
    const group = bySegmentCount.get(segments.length) ?? [];
    const fitting = group.filter((entry) => fits(entry.segments, segments));
    for (const entry of fitting) {
      const wanted = methodsOf(entry.route).find((known) => known === method);
      if (wanted !== undefined) return toRoute(entry.route, wanted, entry.segments, segments);
    }
    if (fitting.length === 0) return { kind: 'not_found' };
    return { kind: 'method_not_allowed', allowed: allowedMethods(fitting.map((entry) => entry.route)) };
  };
}

function toRoute(
  route: Route,
  method: RequestMethod,
  pattern: readonly string[],
  segments: readonly string[],
): Match {
  const parameters: Record<string, string> = {};
  for (const [position, part] of pattern.entries()) {
    if (isParameter(part)) parameters[part.slice(1, -1)] = segments[position] ?? '';
  }
  return { kind: 'route', route, method, parameters };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((part, position) =>
    isParameter(part) ? segments[position] !== '' : part === segments[position],
  );
}

function isParameter(part: string): boolean {
  return part.startsWith('{');
}

function allowedMethods(routes: readonly Route[]): string[] {
  return [...new Set(['OPTIONS', ...routes.flatMap(methodsOf)])].sort();
}
