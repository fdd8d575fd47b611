/** An answer that is no success. */
export class HttpFailure extends Error {
  constructor(
    readonly status: number,
    what: string,
    body: string,
  ) {
    super(`${what} answered HTTP ${status}: ${body.slice(0, 500)}`);
    this.name = 'HttpFailure';
  }
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /**
   * An unconditional call may be made again, whatever became of the first. A conditional one must not: it would be
   * refused for what it wrote itself.
   */
  readonly repeatable: boolean;
}

export interface HttpPacing {
  sleep(milliseconds: number): Promise<void>;
}

const REAL: HttpPacing = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 100;
/** Not now: try again. */
const TRANSIENT = [408, 429, 500, 502, 503, 504];
/** Of these, what says that nothing was done. */
const REFUSED = [429];

/** Makes a call, and again where the service asks for it. Answers of any other status are the caller's to judge. */
export async function callHttp(call: HttpCall, pacing: HttpPacing = REAL): Promise<Response> {
  const { method, url, headers, body } = call;
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method,
        headers,
        body,
        redirect: 'error',
      });
      const again = call.repeatable ? TRANSIENT : REFUSED;
      if (attempt === ATTEMPTS || !again.includes(response.status)) return response;
      await response.arrayBuffer();
    } catch (error) {
      if (attempt === ATTEMPTS || !call.repeatable) throw error;
    }
    await pacing.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
  }
}

export async function failure(what: string, response: Response): Promise<HttpFailure> {
  return new HttpFailure(response.status, what, await response.text().catch(() => ''));
}
