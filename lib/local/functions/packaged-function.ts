import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot, workerModule } from '../package-root';
import { FunctionProcess } from './function-process';

export interface PackagedFunctionOptions {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Directory its log is appended to. */
  readonly logs: string;
}

/** A function this package ships that needs no template: a process of its own, as it would run when deployed. */
export function packagedFunction(name: string, options: PackagedFunctionOptions): FunctionProcess {
  const log = join(options.logs, `${name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  return new FunctionProcess({
    definition: {
      name,
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      path: name,
      directory: join(packageRoot(), 'dist', 'handlers', name),
      handler: 'index.handler',
      timeoutSeconds: options.timeoutSeconds,
      memoryMegabytes: options.memoryMegabytes,
      environment: {},
    },
    worker: workerModule(),
    output: (line) => appendFileSync(log, `${line}\n`),
  });
}
