import type { FileRequest } from '../pipeline/files/file-request';
import type { FileVersion } from '../stores/source-files';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

const ALLOWED =
  'the event of a new object from EventBridge ("Object Created") or from S3 itself, { "file": … }, or SQS records of these';

/**
 * The files that an event, or the body of a message, tells of. None for what S3 sends to try a queue out, for what is
 * deleted, and for folders, which the console makes as empty objects.
 * @throws UnexpectedEvent naming what is wrong
 */
export function fileRequests(event: unknown): FileRequest[] {
  const given = typeof event === 'string' ? parsed(event) : event;
  if (!isObject(given)) throw unexpected(given);
  if (given.Event === 's3:TestEvent') return [];
  if (isObject(given.file)) return [goneOnWith(given)];
  if (given.source === 'aws.s3')
    return given['detail-type'] === 'Object Created' ? files([fromEventBridge(given)]) : [];
  if (Array.isArray(given.Records)) return files(given.Records.flatMap(fromS3));
  throw unexpected(given);
}

/** The body of a message by which a file is gone on with, or handed over. */
export function fileMessage(request: FileRequest): { readonly [name: string]: unknown } {
  return { ...request };
}

function fromEventBridge(event: Record<string, unknown>): FileRequest {
  const { detail, time } = event;
  const { bucket, object } = isObject(detail) ? detail : {};
  if (!isObject(bucket) || !isObject(object)) throw unexpected(event);
  return {
    file: {
      bucket: text(bucket.name, 'detail.bucket.name'),
      // As it is: EventBridge does not encode keys.
      key: text(object.key, 'detail.object.key'),
      ...optional('versionId', object['version-id']),
      ...optional('etag', object.etag),
      size: Number(object.size ?? 0),
    },
    arrivedAt: timeOf(time),
  };
}

function fromS3(record: unknown): FileRequest[] {
  if (!isObject(record) || !isObject(record.s3)) throw unexpected(record);
  const { bucket, object } = record.s3;
  if (!isObject(bucket) || !isObject(object)) throw unexpected(record);
  if (!String(record.eventName).startsWith('ObjectCreated:')) return [];
  return [
    {
      file: {
        bucket: text(bucket.name, 's3.bucket.name'),
        key: decoded(text(object.key, 's3.object.key')),
        ...optional('versionId', object.versionId),
        ...optional('etag', object.eTag),
        size: Number(object.size ?? 0),
      },
      arrivedAt: timeOf(record.eventTime),
    },
  ];
}

function goneOnWith({ file, arrivedAt, progress }: Record<string, unknown>): FileRequest {
  const { bucket, key, versionId, etag, size } = file as Record<string, unknown>;
  const records = isObject(progress) ? Number(progress.records ?? 0) : undefined;
  return {
    file: {
      bucket: text(bucket, 'file.bucket'),
      key: text(key, 'file.key'),
      ...optional('versionId', versionId),
      ...optional('etag', etag),
      size: Number(size ?? 0),
    },
    arrivedAt: typeof arrivedAt === 'number' ? arrivedAt : Date.now(),
    ...(records !== undefined && { progress: { records } }),
  };
}

function files(requests: FileRequest[]): FileRequest[] {
  return requests.filter(({ file: { key, size } }) => !(key.endsWith('/') && size === 0));
}

/** S3's own notifications encode keys as forms do: a space is a plus sign. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    throw new UnexpectedEvent(
      `Not an event of S3: s3.object.key is "${key.slice(0, 80)}", which is not encoded as a URL is.`,
    );
  }
}

function optional<K extends keyof FileVersion>(name: K, value: unknown): { [name in K]?: string } {
  return typeof value === 'string' && value !== '' ? ({ [name]: value } as { [name in K]?: string }) : {};
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UnexpectedEvent(`Not an event of a file: ${path} is to be text but is ${describeValue(value)}.`);
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? Date.now() : time;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unexpected(body);
  }
}

function unexpected(given: unknown): UnexpectedEvent {
  return new UnexpectedEvent(`Not an event of a file: ${describeValue(given)}. Allowed: ${ALLOWED}.`);
}
