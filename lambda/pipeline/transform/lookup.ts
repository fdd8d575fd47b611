import type { LookupPolicy } from '../../../lib/contract/transform-settings';

/** Where a lookup's values come from. */
export interface LookupSource {
  /**
   * The value of a key, null where there is none.
   *
   * @throws LookupRefused when asking again is of no use, anything else when it may be
   */
  get(key: string, signal: AbortSignal): Promise<unknown>;
}

/** The source has answered, and will answer the same again. */
export class LookupRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LookupRefused';
  }
}

/** A lookup gave no answer, however often it was asked. */
export class LookupFailed extends Error {
  constructor(lookup: string, reason: string) {
    super(`The lookup "${lookup}" failed: ${reason}`);
    this.name = 'LookupFailed';
  }
}

/** What a lookup needs of the world around it; a test brings its own. */
export interface LookupClock {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** From 0 to below 1. */
  random(): number;
}

export const SYSTEM_CLOCK: LookupClock = {
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
};

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;
/** Keys in a row that failed after which a source is left alone, and for how long. */
const FAILURES_TO_REST = 5;
const REST_MILLISECONDS = 10_000;

interface Answer {
  readonly value: unknown;
  readonly until: number;
}

/**
 * One lookup for the life of a container. Answers are kept, those of "there is none" as well; a key is asked for once
 * however many records want it at the same time; what fails is tried again, each time after a longer pause. A source
 * that fails for one key after the other is left alone for a while, so that a batch does not wait for each of its
 * records in turn.
 */
export class Lookup {
  private readonly answers = new Map<string, Answer>();
  private readonly underway = new Map<string, Promise<unknown>>();
  private readonly waiting: (() => void)[] = [];
  private asking = 0;
  private failures = 0;
  private restUntil = 0;

  constructor(
    private readonly name: string,
    private readonly source: LookupSource,
    private readonly policy: LookupPolicy,
    private readonly clock: LookupClock = SYSTEM_CLOCK,
  ) {}

  /**
   * @returns a value that cannot be changed: other records are given the same
   * @throws LookupFailed when there is no answer and no fallback
   */
  async get(key: string): Promise<unknown> {
    const known = this.answers.get(key);
    if (known !== undefined && known.until > this.clock.now()) {
      // The order of the map is the order of use: what is first goes first.
      this.answers.delete(key);
      this.answers.set(key, known);
      return known.value;
    }
    let question = this.underway.get(key);
    if (question === undefined) {
      question = this.ask(key).finally(() => this.underway.delete(key));
      this.underway.set(key, question);
    }
    try {
      return await question;
    } catch (error) {
      const { fallback } = this.policy;
      if (fallback !== undefined) return frozen(fallback.value);
      throw new LookupFailed(this.name, error instanceof Error ? error.message : String(error));
    }
  }

  private async ask(key: string): Promise<unknown> {
    await this.turn();
    try {
      if (this.restUntil > this.clock.now()) {
        throw new Error(`it is left alone for a while, after ${this.failures} failures in a row.`);
      }
      const value = frozen(await this.askAgainAndAgain(key));
      this.failures = 0;
      this.keep(key, value);
      return value;
    } finally {
      this.asking--;
      this.waiting.shift()?.();
    }
  }

  private async askAgainAndAgain(key: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.askOnce(key);
      } catch (error) {
        if (error instanceof LookupRefused) throw error;
        if (attempt >= this.policy.attempts) {
          if (++this.failures >= FAILURES_TO_REST) this.restUntil = this.clock.now() + REST_MILLISECONDS;
          throw error;
        }
        // Full jitter: containers that failed together do not come back together.
        const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
        await this.clock.sleep(this.clock.random() * pause);
      }
    }
  }

  private async askOnce(key: string): Promise<unknown> {
    const { timeoutMilliseconds } = this.policy;
    const controller = new AbortController();
    const late = new Error(`no answer within ${timeoutMilliseconds} ms.`);
    const timer = setTimeout(() => controller.abort(late), timeoutMilliseconds);
    try {
      return await this.source.get(key, controller.signal);
    } catch (error) {
      throw controller.signal.aborted ? late : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until one of the places is free. */
  private async turn(): Promise<void> {
    while (this.asking >= this.policy.concurrency) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.asking++;
  }

  private keep(key: string, value: unknown): void {
    const { cacheMilliseconds, cacheEntries } = this.policy;
    if (cacheMilliseconds === 0 || cacheEntries === 0) return;
    this.answers.delete(key);
    this.answers.set(key, { value, until: this.clock.now() + cacheMilliseconds });
    if (this.answers.size <= cacheEntries) return;
    const oldest = this.answers.keys().next();
    if (!oldest.done) this.answers.delete(oldest.value);
  }
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) frozen(field);
  return Object.freeze(value);
}
