import { parseRecord } from '../formats/json/record-numbers';
import { LookupRefused, type LookupSource } from '../pipeline/transform/lookup';
import type { HttpPlace } from '../../lib/contract/transform-settings';
import type { Secrets } from './secrets';

/** An answer larger than this is no value to keep ten thousand of. */
const LARGEST_ANSWER = 1 << 20;

/**
 * Values a service answers with as JSON to `GET <url>`. 404 and 410 say that there is none; 408, 429 and 5xx may
 * pass; every other status will not.
 */
export class HttpLookup implements LookupSource {
  constructor(
    private readonly place: HttpPlace,
    private readonly secrets: Secrets,
  ) {}

  async get(key: string, signal: AbortSignal): Promise<unknown> {
    const response = await fetch(
      this.place.url.replaceAll('{key}', () => encodeURIComponent(key)),
      {
        headers: { accept: 'application/json', ...(await this.headers()) },
        // A header with a secret is meant for this service, not for whomever it names.
        redirect: 'manual',
        signal,
      },
    ).catch((error: unknown) => {
      throw new Error(connectionProblem(error));
    });
    const { status } = response;
    if (response.ok && status !== 204) return json(await bodyOf(response));
    await response.body?.cancel();
    if (status === 404 || status === 410 || status === 204) return null;
    const problem = `the service answered with status ${status}.`;
    if (status === 408 || status === 429 || status >= 500) throw new Error(problem);
    throw new LookupRefused(problem);
  }

  private async headers(): Promise<Record<string, string>> {
    const headers = Object.entries(this.place.headers).map(async ([name, value]) => [
      name,
      'text' in value
        ? value.text
        : (value.prefix ?? '') + (await this.secrets.text(value.secret, value.field)),
    ]);
    return Object.fromEntries((await Promise.all(headers)) as [string, string][]);
  }
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > LARGEST_ANSWER) throw new LookupRefused(`its answer is larger than ${LARGEST_ANSWER} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function json(text: string): unknown {
  try {
    return parseRecord(text);
  } catch {
    throw new LookupRefused('its answer is not JSON.');
  }
}

/** What fetch says lies in the cause: "fetch failed" alone helps nobody. */
function connectionProblem(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return `the service cannot be reached${typeof cause?.code === 'string' ? ` (${cause.code})` : ''}.`;
}
