import process from 'node:process';
import { benchAccess } from './access/bench.ts';
import { benchDeployments } from './deployments.ts';
import { type Figure, formatTable } from './figure.ts';
import { benchImports } from './imports.ts';
import { benchMemory } from './memory.ts';
import { benchReads } from './reads.ts';

/** Prints every figure as JSON and as a table; each is a ratio, or lies beside its limit. Exits 1 when one misses it. */
const figures: Figure[] = [
  ...(await benchReads()),
  ...(await benchDeployments()),
  ...(await benchMemory()),
  ...(await benchAccess()),
  ...(await benchImports()),
];
process.stdout.write(`${JSON.stringify({ figures }, null, 2)}\n\n${formatTable(figures)}\n`);
process.exitCode = figures.every((figure) => figure.ok) ? 0 : 1;
