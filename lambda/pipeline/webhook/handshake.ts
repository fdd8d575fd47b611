import type { AcceptedSecrets } from './accepted-secrets';
import { keyRefusal } from './authenticate';
import { Refusal, type Reply, type WebhookRequest } from './request';

/** Longer ones nobody sends: Slack's have 52 characters, Meta's about ten. */
const LONGEST_CHALLENGE = 1024;
const LARGEST_QUESTION = 4096;

/**
 * The answer to what Slack asks when an address is entered with it: a signed body with a challenge, to be sent back. Undefined for
 * any other body, which is a record. Only who knows the secret gets this far.
 * https://docs.slack.dev/reference/events/url_verification
 */
export function slackReply({ body }: WebhookRequest): Reply | undefined {
  if (body.length > LARGEST_QUESTION) return undefined;
  let question: unknown;
  try {
    question = JSON.parse(body.toString('utf8'));
  } catch {
    // Quarantine will say so.
    return undefined;
  }
  if (typeof question !== 'object' || question === null) return undefined;
  const { type, challenge } = question as { readonly type?: unknown; readonly challenge?: unknown };
  if (type !== 'url_verification' || typeof challenge !== 'string') return undefined;
  return { contentType: 'application/json', body: JSON.stringify({ challenge }) };
}

/**
 * The answer to what Meta asks when an address is entered with it: a GET with the token that was entered beside it, and a challenge.
 * It is not signed; the token is all there is.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
 *
 * @throws Error when the token cannot be read
 */
export async function metaReply(
  { query }: WebhookRequest,
  tokens: AcceptedSecrets,
): Promise<Reply | Refusal> {
  const parameters = new URLSearchParams(query ?? '');
  const [mode, token, challenge] = ['hub.mode', 'hub.verify_token', 'hub.challenge'].map((name) => {
    const values = parameters.getAll(name);
    return values.length === 1 && values[0] !== '' ? values[0] : undefined;
  });
  if (mode !== 'subscribe' || token === undefined || challenge === undefined) return Refusal.NO_CREDENTIALS;
  const refusal = await keyRefusal(token, tokens);
  if (refusal !== undefined) return refusal;
  if (challenge.length > LONGEST_CHALLENGE) return Refusal.TOO_LARGE;
  return { contentType: 'text/plain', body: challenge };
}
