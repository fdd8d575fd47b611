import { JsonListScanner } from '../../formats/records/json-list-scanner';
import { LineScanner } from '../../formats/records/line-scanner';
import { UnusableInput } from '../../formats/records/unusable-input';
import type { WebhookRequest } from './request';

const LINES = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)$/;
/** Text is what some producers call their JSON. */
const DOCUMENT = /^(?:application\/json|application\/[\w.!#$&^+-]+\+json|text\/json|text\/plain)$/;
const OPEN_LIST = 0x5b;

/**
 * Whether a body says that it is JSON, or says nothing. What it is comes to light when it is judged by the contract: a body
 * that is broken is kept whole in quarantine.
 */
export function saysJson({ headers }: WebhookRequest): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') return false;
  const type = mediaType(headers);
  return type === '' || DOCUMENT.test(type) || LINES.test(type);
}

/**
 * The records of a body, each as the bytes that were sent: the body itself, the lines of NDJSON, or where an array is to be
 * split its elements. An array that is cut off or has a bracket too many is one record, for quarantine to keep.
 */
export function bodyRecords({ headers, body }: WebhookRequest, split: boolean): Uint8Array[] {
  if (LINES.test(mediaType(headers))) {
    const lines = new LineScanner('body');
    return [...lines.push(body), ...lines.end()].map(({ bytes }) => bytes);
  }
  if (!split || firstByte(body) !== OPEN_LIST) return [body];
  try {
    const elements = new JsonListScanner('body');
    return [...elements.push(body), ...elements.end()].map(({ bytes }) => bytes);
  } catch (error) {
    if (error instanceof UnusableInput) return [body];
    throw error;
  }
}

/** Whether there is nothing but white space. */
export function isBlank(body: Buffer): boolean {
  return firstByte(body) === undefined;
}

function firstByte(body: Buffer): number | undefined {
  return body.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}

function mediaType(headers: WebhookRequest['headers']): string {
  return (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
}
