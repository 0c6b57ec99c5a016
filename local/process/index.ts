export { appHostEnvironment, hostEnvironment } from './environment.ts';
export { exitOrStop } from './exit.ts';
export { IsolationUnavailableError } from './isolation/detect.ts';
export { createProcessRunner, type ProcessRunnerOptions } from './runner.ts';
export type {
  ErrorReporter,
  IsolationLevel,
  OutputLine,
  ProcessExit,
  ProcessRunner,
  ProcessSpec,
  ProcessUsage,
  SandboxedProcess,
} from './types.ts';
