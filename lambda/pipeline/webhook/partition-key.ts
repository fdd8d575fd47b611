import { createHash, randomUUID } from 'node:crypto';
import type { WebhookSettings } from '../../../lib/contract/webhook-settings';
import type { WebhookRequest } from './request';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html */
const MAXIMUM_CHARACTERS = 256;

/** The key by which a record finds its shard: a header, a field at its top, or a random one where there is no such. */
export function partitionKey(
  request: WebhookRequest,
  record: Uint8Array,
  { partitionHeader, partitionField }: WebhookSettings,
): string {
  const value =
    partitionHeader !== undefined
      ? request.headers[partitionHeader]
      : partitionField !== undefined
        ? fieldOf(record, partitionField)
        : undefined;
  if (value === undefined || value === '') return randomUUID();
  // By UTF-16 units, of which there are as many as characters, or more.
  return value.length <= MAXIMUM_CHARACTERS
    ? value
    : createHash('sha256').update(value, 'utf8').digest('hex');
}

function fieldOf(record: Uint8Array, field: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.length).toString('utf8'));
  } catch {
    // Quarantine will say so.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  const found = (value as Record<string, unknown>)[field];
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : undefined;
}
