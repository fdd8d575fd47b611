/** More was done in one go than any run needs: most likely one thing brings about another in a circle. */
export class EndlessEvents extends Error {
  constructor(limit: number, last: readonly string[]) {
    super(
      `Events are still being made after ${limit} steps: something brings about itself. The last steps: ${last.join('; ')}. ` +
        `Look for a rule that matches what its own target does, and narrow its pattern.`,
    );
    this.name = 'EndlessEvents';
  }
}

interface Step {
  readonly time: number;
  readonly order: number;
  readonly name: string;
  readonly run: () => Promise<void>;
}

const NAMES_IN_ERROR = 6;

/**
 * Time that passes only where something waits for it: what is due in a minute or after a timeout is done at once, in the
 * order of its time. Steps of the same time go in the order they were planned in, so that a run is the same each time.
 */
export class VirtualTime {
  private readonly steps: Step[] = [];
  private planned = 0;
  private current: number;

  constructor(
    /** Epoch milliseconds. */
    start: number,
    private readonly limit = 10_000,
  ) {
    this.current = start;
  }

  get now(): number {
    return this.current;
  }

  /** Something to do at a time; a time that is past is now. */
  plan(time: number, name: string, run: () => Promise<void>): void {
    this.steps.push({ time: Math.max(time, this.current), order: this.planned++, name, run });
  }

  /** Does what is planned, and what that plans, until nothing is left. @throws EndlessEvents */
  async untilQuiet(): Promise<void> {
    const last: string[] = [];
    for (let done = 0; this.steps.length > 0; done++) {
      if (done >= this.limit) throw new EndlessEvents(this.limit, last);
      const step = this.takeFirst();
      this.current = step.time;
      last.push(step.name);
      if (last.length > NAMES_IN_ERROR) last.shift();
      await step.run();
    }
  }

  private takeFirst(): Step {
    let first = 0;
    this.steps.forEach(({ time, order }, index) => {
      const best = this.steps[first];
      if (time < best.time || (time === best.time && order < best.order)) first = index;
    });
    return this.steps.splice(first, 1)[0];
  }
}
