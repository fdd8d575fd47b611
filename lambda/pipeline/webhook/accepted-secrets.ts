/** How long the values of a secret are used before they are read again. */
const KEPT_MILLISECONDS = 5 * 60_000;
/** How often they are read again at the most, whoever asks. */
const PAUSE_MILLISECONDS = 60_000;
/** How long they are used while they cannot be read again. */
const GOOD_FOR_MILLISECONDS = 60 * 60_000;

/** Every value of a secret that is accepted. @throws Error when it cannot be read */
export type ReadSecret = () => Promise<readonly string[]>;

/**
 * The values of a secret, read from time to time. A rotation is noticed by the first signature it makes: that matches
 * none, and the secret is read again, though not more than once a minute however much comes that is signed wrongly.
 */
export class AcceptedSecrets {
  private known: readonly string[] = [];
  private readAt = -Infinity;
  private triedAt = -Infinity;

  constructor(
    private readonly read: ReadSecret,
    private readonly now: () => number,
  ) {}

  /** @throws Error when they cannot be read, and have not been for an hour */
  async current(): Promise<readonly string[]> {
    const age = this.now() - this.readAt;
    if (age < KEPT_MILLISECONDS) return this.known;
    if (age < GOOD_FOR_MILLISECONDS) {
      await this.renew();
      return this.known;
    }
    return this.load();
  }

  /** Values that may not have been known before; undefined where it is too early to look again. */
  async renewed(): Promise<readonly string[] | undefined> {
    return (await this.renew()) ? this.known : undefined;
  }

  private async renew(): Promise<boolean> {
    if (this.now() - this.triedAt < PAUSE_MILLISECONDS) return false;
    try {
      await this.load();
      return true;
    } catch {
      // Those that are known are good for a while.
      return false;
    }
  }

  private async load(): Promise<readonly string[]> {
    this.triedAt = this.now();
    const values = (await this.read()).filter((value) => value !== '');
    // Anybody can sign with nothing.
    if (values.length === 0) throw new Error('the secret is empty.');
    this.known = values;
    this.readAt = this.now();
    return values;
  }
}
