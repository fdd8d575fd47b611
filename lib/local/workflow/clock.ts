/** The time a run goes by. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Sleep;
}

export interface Sleep {
  readonly over: Promise<void>;
  cancel(): void;
}

/**
 * A clock that stands still while anything happens and jumps to the next thing that was waited for: hours of retries
 * pass at once, and always alike.
 */
export class VirtualClock implements Clock {
  private readonly sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  private working = 0;
  private armed = false;

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Sleep {
    let wake!: () => void;
    const over = new Promise<void>((resolve) => (wake = resolve));
    const sleeper = { at: this.time + Math.max(0, milliseconds), wake };
    this.sleepers.push(sleeper);
    this.arm();
    return {
      over,
      cancel: () => {
        const index = this.sleepers.indexOf(sleeper);
        if (index >= 0) this.sleepers.splice(index, 1);
      },
    };
  }

  /** Holds the time while real work is under way that takes no time of this clock. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.working++;
    try {
      return await work;
    } finally {
      this.working--;
    }
  }

  /** An immediate runs when all promises that can be settled are: then nothing but time can go on. */
  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    setImmediate(() => {
      this.armed = false;
      if (this.working === 0) this.wakeNext();
      if (this.sleepers.length > 0) this.arm();
    });
  }

  private wakeNext(): void {
    const at = Math.min(...this.sleepers.map((sleeper) => sleeper.at));
    const index = this.sleepers.findIndex((sleeper) => sleeper.at === at);
    if (index < 0) return;
    const [sleeper] = this.sleepers.splice(index, 1);
    this.time = Math.max(this.time, at);
    sleeper.wake();
  }
}

/** The clock on the wall. */
export const WALL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => {
    let timer: NodeJS.Timeout;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    return { over, cancel: () => clearTimeout(timer) };
  },
};
