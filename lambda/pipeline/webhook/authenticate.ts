import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKeySettings, WebhookAuthenticationSettings } from '../../../lib/contract/webhook-settings';
import type { AcceptedSecrets } from './accepted-secrets';
import { ageRefusal, isSignedWith, signedRequest } from './hmac';
import { Refusal, type WebhookRequest } from './request';

/**
 * Why a request is not from somebody who knows the secret; undefined where it is.
 * @throws Error when the secret cannot be read
 */
export async function authenticationRefusal(
  request: WebhookRequest,
  { hmac, apiKey }: WebhookAuthenticationSettings,
  secrets: AcceptedSecrets,
  now: number,
): Promise<Refusal | undefined> {
  if (apiKey !== undefined) {
    const key = keyOf(request, apiKey);
    if (key === undefined) return Refusal.NO_CREDENTIALS;
    return keyRefusal(key, secrets);
  }
  if (hmac === undefined) return Refusal.NO_CREDENTIALS;
  const signed = signedRequest(request, hmac);
  if (signed === undefined) return Refusal.NO_CREDENTIALS;
  // The time comes last: only who knows the secret can find out what we think of it.
  const refusal = await matchRefusal(secrets, (values) => isSignedWith(signed, values, hmac));
  return refusal ?? ageRefusal(signed, hmac, now);
}

/** Undefined where the key is one of the secrets. Takes as long for a near miss as for any other. */
export function keyRefusal(key: string, secrets: AcceptedSecrets): Promise<Refusal | undefined> {
  return matchRefusal(secrets, (values) => isOneOf(key, values));
}

async function matchRefusal(
  secrets: AcceptedSecrets,
  matches: (values: readonly string[]) => boolean,
): Promise<Refusal | undefined> {
  if (matches(await secrets.current())) return undefined;
  const renewed = await secrets.renewed();
  return renewed !== undefined && matches(renewed) ? undefined : Refusal.WRONG_CREDENTIALS;
}

function keyOf(request: WebhookRequest, { header, prefix }: ApiKeySettings): string | undefined {
  const value = request.headers[header];
  if (value === undefined || value.length <= prefix.length || !value.startsWith(prefix)) return undefined;
  return value.slice(prefix.length);
}

/** By digests, which are of one length: a comparison tells nothing of how long the key is. */
function isOneOf(key: string, values: readonly string[]): boolean {
  const given = digest(key);
  let found = false;
  for (const value of values) if (timingSafeEqual(given, digest(value))) found = true;
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
