import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { FunctionDefinition } from './function-definition';

export interface FunctionProcessOptions {
  readonly definition: FunctionDefinition;
  /** Compiled `functions/worker` module. */
  readonly worker: string;
  /** Called with each line the function writes: metrics in embedded metric format, logs, stack traces. */
  readonly output: (line: string) => void;
  /** Added to the function's own environment; nothing else of this process's environment reaches it. */
  readonly environment?: Record<string, string>;
}

interface Answer {
  readonly id: number;
  readonly value?: string;
  readonly error?: { readonly type: string; readonly message: string; readonly stack?: string };
}

/**
 * A warm execution environment: one child process, started at the first invocation, again after a crash or a timeout.
 * It takes one invocation at a time.
 */
export class FunctionProcess {
  private child: ChildProcess | undefined;
  private settle: ((result: InvocationResult) => void) | undefined;
  private invocations = 0;

  constructor(private readonly options: FunctionProcessOptions) {}

  invoke(event: unknown): Promise<InvocationResult> {
    if (this.settle) throw new Error(`${this.options.definition.name} is busy: one invocation at a time`);
    const { timeoutSeconds } = this.options.definition;
    const child = (this.child ??= this.start());
    const id = ++this.invocations;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.child = undefined;
        child.kill('SIGKILL');
        finish(failure('Sandbox.Timedout', `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`));
      }, timeoutSeconds * 1000);
      const finish = (result: InvocationResult): void => {
        clearTimeout(timer);
        this.settle = undefined;
        resolve(result);
      };
      this.settle = finish;
      child.send(
        { id, event: JSON.stringify(event), deadline: Date.now() + timeoutSeconds * 1000 },
        (error) => {
          if (error && this.settle === finish) finish(failure('Runtime.ExitError', error.message));
        },
      );
    });
  }

  /** Ends the process once it has written what it has to say. */
  async close(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    // Not the event `close`: it does not come when this side closes the channel.
    const ends = [once(child, 'exit'), ...outputs(child).map((stream) => once(stream, 'close'))];
    child.disconnect();
    await Promise.all(ends);
  }

  private start(): ChildProcess {
    const { definition, worker, environment, output } = this.options;
    const child = fork(worker, [definition.directory, definition.handler], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [`--max-old-space-size=${definition.memoryMegabytes}`],
      env: {
        ...runtimeEnvironment(definition),
        ...definition.environment,
        ...environment,
      },
    });
    for (const stream of outputs(child)) createInterface({ input: stream }).on('line', output);
    child.on('message', (message) => {
      const answer = message as Answer;
      if (answer.id !== this.invocations) return;
      if (answer.error?.stack) output(answer.error.stack);
      this.settle?.(
        answer.error ? { error: answer.error } : { value: JSON.parse(answer.value ?? 'null') as unknown },
      );
    });
    child.on('error', (error) => this.died(child, error.message));
    child.on('exit', (code, signal) =>
      this.died(child, `Runtime exited with ${signal === null ? `code ${code}` : `signal ${signal}`}`),
    );
    return child;
  }

  private died(child: ChildProcess, message: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.settle?.(failure('Runtime.ExitError', message));
  }
}

function outputs(child: ChildProcess): Readable[] {
  return [child.stdout, child.stderr].filter((stream) => stream !== null);
}

function failure(type: string, message: string): InvocationResult {
  return { error: { type, message } };
}

/** What Lambda's runtime defines. No credentials: nothing that runs here may reach an account. */
function runtimeEnvironment(definition: FunctionDefinition): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    LAKEHOUSE_LOCAL_FUNCTION_ARN: definition.arn,
  };
}
