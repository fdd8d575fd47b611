import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { ACCEPTED_SECRET_STAGES, type SharedSecretSettings } from '../../lib/contract/webhook-settings';
import { readWebhookConfiguration, type WebhookConfiguration } from '../configuration/webhook';
import { fieldOf } from '../lookups/secrets';
import { AcceptedSecrets } from '../pipeline/webhook/accepted-secrets';
import { receive } from '../pipeline/webhook/receive';
import type { Receipt } from '../pipeline/webhook/request';
import { WebhookSignals } from '../signals/webhook-signals';
import { httpRequest } from '../sources/http-request';
import { KinesisStream } from '../streams/kinesis-stream';

/** An answer in payload format 2.0. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Kept of the time a function has, to answer in. */
const MARGIN_MILLISECONDS = 1_000;
/** Where there is no context: what producers wait at least. */
const USUAL_MILLISECONDS = 9_000;

interface Opened {
  readonly configuration: WebhookConfiguration;
  readonly secrets: AcceptedSecrets;
  readonly tokens: AcceptedSecrets;
  readonly stream: KinesisStream;
  readonly signals: WebhookSignals;
}

let opened: Opened | undefined;

/** Takes what a producer pushes by HTTP, and puts it on a stream. */
export async function handler(event: unknown, context?: Context): Promise<HttpAnswer> {
  opened ??= open(readWebhookConfiguration());
  const { configuration, secrets, tokens, stream, signals } = opened;
  const request = httpRequest(event);
  const until =
    Date.now() + (context?.getRemainingTimeInMillis() ?? USUAL_MILLISECONDS) - MARGIN_MILLISECONDS;
  const receipt = await receive(request, {
    settings: configuration.settings,
    secrets,
    tokens,
    stream,
    schedule: { remaining: () => until - Date.now(), pause, random: Math.random },
    now: Date.now,
  });
  signals.told(receipt, request, context);
  return answer(receipt);
}

function open(configuration: WebhookConfiguration): Opened {
  const { settings, stream, product, metricNamespace } = configuration;
  return {
    configuration,
    secrets: new AcceptedSecrets(
      () => readSecret(settings.authentication?.hmac ?? settings.authentication?.apiKey),
      Date.now,
    ),
    tokens: new AcceptedSecrets(() => readSecret(settings.handshake?.verifyToken), Date.now),
    stream: new KinesisStream(stream),
    signals: new WebhookSignals(product, metricNamespace),
  };
}

async function readSecret(shared: SharedSecretSettings | undefined): Promise<readonly string[]> {
  if (shared === undefined) return [];
  const { secret, secretField } = shared;
  const { secretVersions } = await import('../lookups/secret-versions');
  const texts = await secretVersions(secret, ACCEPTED_SECRET_STAGES);
  if (secretField === undefined) return texts;
  const values = texts.map((text) => fieldOf(text, secretField));
  if (values[0] === undefined) throw new Error(`the secret has no field "${secretField}" that is text.`);
  return values.filter((value) => value !== undefined);
}

const SAID: { readonly [status: number]: string } = {
  400: 'The body is empty.',
  401: 'Not authenticated.',
  413: 'Too large.',
  415: 'Send JSON, as application/json or application/x-ndjson, without a content encoding.',
  503: 'Not taken. Send it again.',
};

function answer({ status, records, reply }: Receipt): HttpAnswer {
  const said = SAID[status];
  return {
    statusCode: status,
    headers: {
      'content-type': reply?.contentType ?? 'application/json',
      'cache-control': 'no-store',
      // What somebody sent is sent back: it is to be taken for nothing else.
      ...(reply && { 'x-content-type-options': 'nosniff' }),
      ...(status === 503 && { 'retry-after': '5' }),
    },
    body: reply?.body ?? JSON.stringify(said === undefined ? { records } : { message: said }),
  };
}
