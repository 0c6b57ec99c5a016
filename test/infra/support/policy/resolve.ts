import type { Template, Templates } from '../synth.ts';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '<account>',
  'AWS::Region': '<region>',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Turns a template's value into plain data: a reference becomes `<stack/logical id>` or `<stack/logical id.attribute>`,
 *  the same wherever the resource is referred to from. */
export function createResolver(templates: Templates) {
  const exported = new Map<string, () => unknown>();
  for (const [stack, template] of templates) {
    for (const { Value, Export } of Object.values(template.Outputs ?? {})) {
      if (Export !== undefined) exported.set(Export.Name, () => resolve(stack, Value));
    }
  }

  function resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => resolve(stack, each));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first !== undefined && /^Ref$|^Fn::/.test(first[0])) {
      return resolveFunction(stack, first[0], first[1]);
    }
    return Object.fromEntries(entries.map(([name, each]) => [name, resolve(stack, each)]));
  }

  function resolveFunction(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return PSEUDO[String(argument)] ?? `<${stack}/${String(argument)}>`;
      case 'Fn::GetAtt':
        return `<${stack}/${(argument as string[]).join('.')}>`;
      case 'Fn::ImportValue': {
        const found = exported.get(String(argument));
        if (found === undefined) throw new Error(`Nothing exports ${String(argument)}`);
        return found();
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => String(resolve(stack, part))).join(separator);
      }
      case 'Fn::Sub': {
        const [text, values] = [argument, {}].flat() as [string, Readonly<Record<string, unknown>>];
        return text.replaceAll(/\$\{([^}!]+)\}/g, (_, key: string) =>
          String(
            resolve(
              stack,
              values[key] ?? (key.includes('.') ? { 'Fn::GetAtt': key.split('.') } : { Ref: key }),
            ),
          ),
        );
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(resolve(stack, text)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        return (resolve(stack, list) as unknown[])[Number(index)];
      }
      case 'Fn::GetAZs':
        return ['<zone 0>', '<zone 1>'];
      default:
        throw new Error(`${name} isn't resolved yet`);
    }
  }

  return resolve;
}

/** The logical id of the one resource of a type whose id begins so. */
export function logicalId(template: Template | undefined, type: string, prefix: string): string {
  const found = Object.entries(template?.Resources ?? {}).filter(
    ([id, resource]) => resource.Type === type && id.startsWith(prefix),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} ${type} begin with ${prefix}`);
  return only[0];
}
