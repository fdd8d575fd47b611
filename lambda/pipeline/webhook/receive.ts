import { MAXIMUM_RECORD_BYTES, type WebhookSettings } from '../../../lib/contract/webhook-settings';
import type { AcceptedSecrets } from './accepted-secrets';
import { authenticationRefusal } from './authenticate';
import { bodyRecords, isBlank, saysJson } from './body-records';
import { metaReply, slackReply } from './handshake';
import { partitionKey } from './partition-key';
import { NotTaken, putRecords, recordBytes, type RecordStream, type Schedule } from './put-records';
import { Failure, type Receipt, Refusal, type WebhookRequest } from './request';

/** Records of one body: as many as a stream of four shards takes in a little more than a second. */
const MAXIMUM_RECORDS = 5_000;

const STATUS: { readonly [refusal in Refusal]: number } = {
  [Refusal.NO_CREDENTIALS]: 401,
  [Refusal.WRONG_CREDENTIALS]: 401,
  [Refusal.STALE]: 401,
  [Refusal.TOO_LARGE]: 413,
  [Refusal.NOT_JSON]: 415,
  [Refusal.EMPTY]: 400,
};
const ACCEPTED = 200;
const UNAVAILABLE = 503;

/** What a webhook is received with. */
export interface Reception {
  readonly settings: WebhookSettings;
  readonly secrets: AcceptedSecrets;
  /** Tokens that handshakes are answered by. */
  readonly tokens: AcceptedSecrets;
  readonly stream: RecordStream;
  readonly schedule: Schedule;
  readonly now: () => number;
}

/** Takes one request: 200 says that the stream has every record of it, whatever it says else that it may come again. */
export async function receive(request: WebhookRequest, reception: Reception): Promise<Receipt> {
  const { settings, secrets, now } = reception;
  if (request.method === 'GET') return verified(request, reception);
  // Before anything is computed of it.
  if (request.body.length > settings.maxBodyBytes) return refused(Refusal.TOO_LARGE);
  if (settings.authentication !== undefined) {
    let refusal: Refusal | undefined;
    try {
      refusal = await authenticationRefusal(request, settings.authentication, secrets, now());
    } catch (error) {
      return failed(Failure.SECRET_UNAVAILABLE, error);
    }
    if (refusal !== undefined) return refused(refusal);
  }
  if (isBlank(request.body)) return refused(Refusal.EMPTY);
  if (!saysJson(request)) return refused(Refusal.NOT_JSON);
  const reply = settings.handshake?.slack === true ? slackReply(request) : undefined;
  if (reply !== undefined) return { status: ACCEPTED, records: 0, reply };
  const records = bodyRecords(request, settings.split).map((data) => ({
    data,
    partitionKey: partitionKey(request, data, settings),
  }));
  const isTooLarge = records.some((record) => recordBytes(record) > MAXIMUM_RECORD_BYTES);
  if (isTooLarge || records.length > MAXIMUM_RECORDS) return refused(Refusal.TOO_LARGE);
  try {
    await putRecords(records, reception.stream, reception.schedule);
    return { status: ACCEPTED, records: records.length };
  } catch (error) {
    return failed(isThrottled(error) ? Failure.STREAM_THROTTLED : Failure.STREAM_UNAVAILABLE, error);
  }
}

/** The API lets a GET through where a handshake is one. */
async function verified(request: WebhookRequest, { settings, tokens }: Reception): Promise<Receipt> {
  if (settings.handshake?.verifyToken === undefined) return refused(Refusal.NO_CREDENTIALS);
  try {
    const reply = await metaReply(request, tokens);
    return typeof reply === 'string' ? refused(reply) : { status: ACCEPTED, records: 0, reply };
  } catch (error) {
    return failed(Failure.SECRET_UNAVAILABLE, error);
  }
}

function refused(refusal: Refusal): Receipt {
  return { status: STATUS[refusal], records: 0, refusal };
}

function failed(failure: Failure, error: unknown): Receipt {
  return { status: UNAVAILABLE, records: 0, failure, error };
}

/** By single records, or as a whole. */
function isThrottled(error: unknown): boolean {
  const codes = error instanceof NotTaken ? error.codes : [error instanceof Error ? error.name : ''];
  return codes.some((code) => /Throughput|Throttl|LimitExceeded/.test(code));
}
