import * as z from 'zod';
import { idSchema, textSchema, timestampSchema } from '../shared/schemas.ts';

/** The brief's pattern: 2 to 64 letters, digits, `-`, `_`, `.`, beginning and ending with a letter or digit. */
export const projectNameSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9-_.]{0,62}[a-zA-Z0-9]$/);

export const descriptionSchema = textSchema({ min: 0, max: 500 });

/** An https or `file://` address, or an absolute path. Whether the last two are welcome is the installation's policy. */
export const repositoryUrlSchema = z
  .string()
  .max(2048)
  .refine(isRepositoryAddress, 'must be an https or file address, or an absolute path, without credentials');

const MAX_VARIABLE_BYTES = 32 * 1024;
const MAX_VARIABLES_BYTES = 48 * 1024;
// What the platform sets itself, and prefixes that could be mistaken for the platform's own settings.
const RESERVED_NAME = /^(PORT$|RAILWAY_|BRANCHLINE_|AWS_)/;

/** A service's variables: names as the brief has them, 32 KiB a value and 48 KiB in all (a task definition holds 64). */
export const variablesSchema = z
  .record(
    z
      .string()
      .max(256)
      .regex(/^[A-Z][A-Z0-9_]*$/, 'must be capital letters, digits and underscores, beginning with a letter')
      .refine((name) => !RESERVED_NAME.test(name), 'is set by the platform'),
    z
      .string()
      .refine((value) => !value.includes('\0'), 'must not contain a NUL character')
      .refine((value) => byteLength(value) <= MAX_VARIABLE_BYTES, 'must be at most 32 KiB'),
  )
  .refine((variables) => totalBytes(variables) <= MAX_VARIABLES_BYTES, 'must be at most 48 KiB in all');
export type Variables = z.infer<typeof variablesSchema>;

export const projectSchema = z.strictObject({
  id: idSchema('prj'),
  tenant_id: idSchema('ten'),
  owner_id: idSchema('usr'),
  name: projectNameSchema,
  description: z.string(),
  repository_url: z.string(),
  /** Names only: values are sealed and never returned. */
  variable_names: z.array(z.string()),
  created_at: timestampSchema,
  updated_at: timestampSchema,
  version: z.int().min(1),
});
export type Project = z.infer<typeof projectSchema>;

/** How long a deleted project can be restored: 48 hours, in milliseconds. */
export const RESTORABLE_MS = 48 * 3_600_000;

/** A project that was deleted, as it was. */
export const deletedProjectSchema = projectSchema.extend({
  deleted_at: timestampSchema,
  /** When it can't be restored any more, and all of it is removed. */
  purge_at: timestampSchema,
});
export type DeletedProject = z.infer<typeof deletedProjectSchema>;

// URL.parse mends much that other parsers read differently: `https:host`, `https:///host`, `https://one\\@other/`. What is
// written plainly means the same host to every parser.
const PLAIN_HTTPS = /^https:\/\/[^/\\@]+\/[^\\]+$/i;

/** True for the three kinds of address there are. Looks at the text alone: creation touches no network and no disk. */
function isRepositoryAddress(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text)) return false;
  if (isLocalPath(text)) return text.length > 1;
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return PLAIN_HTTPS.test(text) && url.pathname.length > 1;
  return url.protocol === 'file:' && text.startsWith('file:///') && url.pathname.length > 1;
}

/** True for an address on the installation's own disk. */
export function isLocalRepository(address: string): boolean {
  return isLocalPath(address) || address.toLowerCase().startsWith('file:');
}

function isLocalPath(text: string): boolean {
  return text.startsWith('/') && !text.startsWith('//');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function totalBytes(variables: Record<string, string>): number {
  return Object.entries(variables).reduce(
    (sum, [name, value]) => sum + byteLength(name) + byteLength(value),
    0,
  );
}
