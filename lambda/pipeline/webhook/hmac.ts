import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HmacSettings } from '../../../lib/contract/webhook-settings';
import { Refusal, type WebhookRequest } from './request';
import { signedAt } from './signed-at';

/** Parts of a header that are looked at: a producer in the midst of a rotation signs with each of its secrets. */
const MAXIMUM_PARTS = 16;

const ENCODED = {
  hex: /^(?:[0-9a-fA-F]{2})+$/,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
};

/** A request's claim to be signed, taken apart. */
export interface SignedRequest {
  readonly signatures: readonly Buffer[];
  /** The bytes that the signature is of. */
  readonly content: readonly Buffer[];
  /** Milliseconds since 1970; undefined where signatures have no time. */
  readonly signedAt?: number;
}

/** Undefined where the headers hold no signature, or no time, that can be read. */
export function signedRequest(request: WebhookRequest, settings: HmacSettings): SignedRequest | undefined {
  const { header, prefix, encoding, timestamp } = settings;
  const signatures = partsOf(request.headers[header], prefix)
    .filter((text) => ENCODED[encoding].test(text))
    .map((text) => Buffer.from(text, encoding));
  if (signatures.length === 0) return undefined;
  if (timestamp === undefined) return { signatures, content: contentOf(settings, request.body, '') };
  const times = partsOf(request.headers[timestamp.header], timestamp.prefix);
  const time = times.length === 1 ? signedAt(times[0]) : undefined;
  if (time === undefined) return undefined;
  return { signatures, content: contentOf(settings, request.body, times[0]), signedAt: time };
}

/** Whether one of the signatures was made with one of the secrets. Takes as long for a near miss as for any other. */
export function isSignedWith(
  { signatures, content }: SignedRequest,
  secrets: readonly string[],
  { algorithm }: HmacSettings,
): boolean {
  let found = false;
  for (const secret of secrets) {
    const hmac = createHmac(algorithm, secret);
    for (const part of content) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of signatures) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) found = true;
    }
  }
  return found;
}

/** Of a good signature. */
export function ageRefusal(
  { signedAt: at }: SignedRequest,
  { timestamp }: HmacSettings,
  now: number,
): Refusal | undefined {
  if (at === undefined || timestamp === undefined) return undefined;
  return Math.abs(now - at) > timestamp.toleranceSeconds * 1000 ? Refusal.STALE : undefined;
}

/** `t=1492774577,v1=5257…,v1=6ffb…` and `v1` gives what stands behind each `v1=`. */
function partsOf(header: string | undefined, prefix: string): string[] {
  const parts = (header ?? '').split(/[,\s]+/, MAXIMUM_PARTS + 1);
  if (parts.length > MAXIMUM_PARTS) return [];
  return parts
    .filter((part) => part.length > prefix.length && part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
}

function contentOf({ signedContent }: HmacSettings, body: Buffer, timestamp: string): Buffer[] {
  return signedContent.split(/(\{body\}|\{timestamp\})/).map((part) => {
    if (part === '{body}') return body;
    return Buffer.from(part === '{timestamp}' ? timestamp : part, 'utf8');
  });
}
