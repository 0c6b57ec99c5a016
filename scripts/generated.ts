import { readFileSync } from 'node:fs';
import { createAccessTables } from '../bench/access/page.ts';
import { createCostTables } from '../bench/access/price.ts';
import { createInstallPermissions } from '../infra/install/documents.ts';
import { createErrorPage } from '../src/contracts/http/error-page.ts';
import { createOpenApi } from '../src/contracts/http/openapi.ts';
import { statusOf } from '../src/contracts/http/problem.ts';
import { ERRORS, type ErrorCode } from '../src/domain/shared/errors.ts';
import { COMMON_PASSWORDS_FILE, createCommonPasswordsModule } from './common-passwords.ts';
import { fillPage } from './fill-page.ts';

const CODES = Object.keys(ERRORS).sort() as ErrorCode[];

/** The committed files that follow from the code, by path: a test compares them, `npm run generate` writes them. */
export function createGeneratedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [COMMON_PASSWORDS_FILE, createCommonPasswordsModule()],
    ['openapi.json', `${JSON.stringify(createOpenApi(), null, 2)}\n`],
    ['docs/install-permissions.json', `${JSON.stringify(createInstallPermissions(), null, 2)}\n`],
    ['docs/errors/README.md', createIndex()],
    ['docs/access-patterns.md', fillPage(readPage('docs/access-patterns.md'), createAccessTables())],
    ['docs/costs.md', fillPage(readPage('docs/costs.md'), createCostTables())],
    ...CODES.map((code) => [`docs/errors/${code}.md`, createErrorPage(code)] as const),
  ]);
}

function readPage(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

function createIndex(): string {
  const rows = CODES.map((code) => `| [${code}](${code}.md) | ${statusOf(code)} | ${ERRORS[code].title} |`);
  return [
    '# Error codes',
    '',
    'Every error answer is `application/problem+json` (RFC 9457) with one of these in its `code`.',
    '',
    '| code | status | title |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
