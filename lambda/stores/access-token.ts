/** A token that whoever it is shown to takes as proof of who we are. */
export interface AccessToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Gives the header of the moment, or none where a signature in the URL does. */
export interface Authorization {
  header(): Promise<string | undefined>;
}

/** Clocks differ, and a request takes its time. */
const EARLY_MS = 5 * 60_000;

/** Asks for a token when the last one is about to expire, once however many wait for it. */
export class TokenCache implements Authorization {
  private token: Promise<AccessToken> | undefined;

  constructor(
    private readonly fetchToken: () => Promise<AccessToken>,
    private readonly now: () => number = Date.now,
  ) {}

  async header(): Promise<string> {
    const asked = this.token;
    const known = await asked?.catch(() => undefined);
    const isDue = !known || known.expiresAt - EARLY_MS < this.now();
    // Another caller may have asked anew meanwhile.
    if (isDue && this.token === asked) this.token = this.fetchToken();
    return `Bearer ${(await this.token!).token}`;
  }

  /** Forgets a token that was not taken. */
  forget(): void {
    this.token = undefined;
  }
}

interface TokenAnswer {
  readonly access_token?: string;
  /** Seconds; some services write them as text. */
  readonly expires_in?: number | string;
}

/** Reads the answer of a token endpoint (OAuth 2.0, RFC 6749, section 5.1). */
export async function tokenFrom(what: string, response: Response): Promise<AccessToken> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what} gives no token: HTTP ${response.status} ${text.slice(0, 300)}`);
  const { access_token: token, expires_in: seconds } = JSON.parse(text) as TokenAnswer;
  if (!token) throw new Error(`${what} gives no token: its answer has no access_token.`);
  return { token, expiresAt: Date.now() + Number(seconds ?? 3600) * 1000 };
}
