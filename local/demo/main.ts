import process from 'node:process';
import { explain, nextStopSignal } from '../serve.ts';
import { runDemo } from './demo.ts';

const stopped = nextStopSignal();
const print = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const demo = await runDemo(process.env, print);
  if (!process.argv.includes('--exit')) {
    print('\nIt runs until you press Ctrl-C.');
    await stopped;
  }
  await demo.stop();
} catch (error) {
  process.exitCode = explain(error, process.env);
}
