/**
 * That the container is told to stop (SIGTERM): Fargate Spot takes the machine back, or there is too little to do. It is
 * killed two minutes later.
 */
export class StopSignal {
  private readonly controller = new AbortController();
  private stopAt = Infinity;
  private reach: () => void = () => undefined;
  /** Fulfilled when what is under way has to be left. */
  readonly deadline = new Promise<void>((resolve) => (this.reach = resolve));

  /** @param graceMilliseconds from the signal to the deadline */
  constructor(private readonly graceMilliseconds: number) {}

  /** Aborted when the container is told to stop. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get requested(): boolean {
    return this.controller.signal.aborted;
  }

  /** Without an end before the signal. */
  get remainingMilliseconds(): number {
    return Math.max(0, this.stopAt - Date.now());
  }

  stop(): void {
    if (this.requested) return;
    this.stopAt = Date.now() + this.graceMilliseconds;
    this.controller.abort();
    setTimeout(() => this.reach(), this.graceMilliseconds).unref();
  }

  /** Waits so long, or until the signal. */
  async wait(milliseconds: number): Promise<void> {
    if (this.requested) return;
    let timer: NodeJS.Timeout | undefined;
    let listener: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
      listener = () => resolve();
      this.signal.addEventListener('abort', listener);
    });
    clearTimeout(timer);
    if (listener) this.signal.removeEventListener('abort', listener);
  }
}
