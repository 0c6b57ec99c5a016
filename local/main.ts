import process from 'node:process';
import { runServer } from './serve.ts';

process.exitCode = await runServer(process.env);
