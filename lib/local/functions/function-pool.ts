import type { InvocationResult } from '../streams/event-source-mapping';
import { FunctionProcess } from './function-process';
import type { FunctionProcessOptions } from './function-process';

/** As many execution environments of one function as run at once; the rest waits for its turn, in order. */
export class FunctionPool {
  private readonly all: FunctionProcess[];
  private readonly idle: FunctionProcess[];
  private readonly waiting: ((process: FunctionProcess) => void)[] = [];

  constructor(options: FunctionProcessOptions, concurrency: number) {
    this.all = Array.from({ length: Math.max(1, concurrency) }, () => new FunctionProcess(options));
    this.idle = [...this.all].reverse();
  }

  async invoke(event: unknown): Promise<InvocationResult> {
    const process =
      this.idle.pop() ?? (await new Promise<FunctionProcess>((take) => this.waiting.push(take)));
    try {
      return await process.invoke(event);
    } finally {
      const next = this.waiting.shift();
      if (next) next(process);
      else this.idle.push(process);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((process) => process.close()));
  }
}
