import { createHash } from 'node:crypto';
import { StillRunning } from '../pipeline/sql-transform/engine';

/** What an invocation has to do with statements that outlive it. */
export interface Invocation {
  /** The same when a request is delivered again. */
  readonly requestId: string;
  /** Milliseconds this invocation has left. */
  readonly remaining: () => number;
}

/** Time kept for the answer, and for the commit of the progress. */
const RESERVE_MS = 15_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** What the clock of a service may be behind ours. */
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Whether a run began in this delivery of a request, rather than in an earlier one.
 * @param startedAt by the clock of the service; undefined where it does not tell
 * @param asked epoch milliseconds at which this delivery asked for the run
 */
export function isFresh(startedAt: Date | undefined, asked: number): boolean {
  return (startedAt?.getTime() ?? asked) >= asked - CLOCKS_DIFFER_MS;
}

/**
 * A token that an engine knows a statement by: the same for the same request, statement and try, so that a request that
 * is delivered again finds what runs already, and another one begins anew. 64 characters.
 */
export function statementToken(requestId: string, statement: string, attempt: number): string {
  return createHash('sha256')
    .update(JSON.stringify([requestId, statement, attempt]))
    .digest('hex');
}

/**
 * Asks until there is an answer, waiting longer each time.
 * @throws StillRunning when the invocation has no time left
 */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  what: string,
  remaining: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.5)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (remaining() < RESERVE_MS + wait) throw new StillRunning(`${what} still runs.`);
    await sleep(wait);
  }
}

export const realSleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Database and table of a URI; the engines of AWS know tables by the Glue Data Catalog only. */
export function glueTable(uri: string): [database: string, table: string] {
  const match = /^glue:\/\/([^/]+)\/([^/]+)$/.exec(uri);
  if (match) return [match[1], match[2]];
  throw new Error(
    `${uri} is not in the Glue Data Catalog. Allowed for this engine: glue://<database>/<table>.`,
  );
}
