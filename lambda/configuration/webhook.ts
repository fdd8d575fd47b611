import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import {
  HMAC_ALGORITHMS,
  HMAC_ENCODINGS,
  type SharedSecretSettings,
  type WebhookSettings,
} from '../../lib/contract/webhook-settings';
import { ConfigurationError, type Environment, json, matching } from './environment';
import { type SignalConfiguration, signals } from './signals';

/** What a function that receives webhooks was told. */
export interface WebhookConfiguration extends SignalConfiguration {
  /** ARN of the stream. */
  readonly stream: string;
  readonly settings: WebhookSettings;
}

const STREAM = /^arn:[^:]+:kinesis:[^:]+:\d{12}:stream\/[\w.-]+$/;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readWebhookConfiguration(environment: Environment = process.env): WebhookConfiguration {
  const { stream, webhook } = HANDLER_ENVIRONMENT;
  return {
    stream: matching(environment, stream, STREAM, 'the ARN of a Kinesis stream'),
    settings: settingsOf(json(environment, webhook), webhook),
    ...signals(environment),
  };
}

/** Half of an authentication is none: the function does not start with it. */
function settingsOf(value: object | undefined, variable: string): WebhookSettings {
  const settings = value as WebhookSettings | undefined;
  if (settings !== undefined && isComplete(settings)) return settings;
  throw new ConfigurationError(
    `${variable} is ${JSON.stringify(value)}. Allowed: JSON of WebhookSettings (lib/contract/webhook-settings.ts). ` +
      'The construct that deploys the function sets it.',
  );
}

function isComplete({ authentication, handshake, maxBodyBytes, split }: WebhookSettings): boolean {
  if (!Number.isInteger(maxBodyBytes) || typeof split !== 'boolean') return false;
  if (handshake !== undefined) {
    const { slack, verifyToken } = handshake;
    // Nobody is told a challenge who has not signed for it.
    if (authentication?.hmac === undefined || (slack === true) === (verifyToken !== undefined)) return false;
    if (verifyToken !== undefined && !isSecret(verifyToken)) return false;
  }
  if (authentication === undefined) return true;
  const { hmac, apiKey } = authentication;
  if ((hmac === undefined) === (apiKey === undefined)) return false;
  if (apiKey !== undefined) return isTexts(apiKey.header, apiKey.prefix) && isSecret(apiKey);
  return (
    hmac !== undefined &&
    isSecret(hmac) &&
    isTexts(hmac.header, hmac.prefix, hmac.signedContent) &&
    hmac.signedContent.includes('{body}') &&
    HMAC_ALGORITHMS.includes(hmac.algorithm) &&
    HMAC_ENCODINGS.includes(hmac.encoding) &&
    (hmac.timestamp === undefined ||
      (isTexts(hmac.timestamp.header, hmac.timestamp.prefix) && hmac.timestamp.toleranceSeconds > 0))
  );
}

function isSecret({ secret, secretField }: SharedSecretSettings): boolean {
  return isTexts(secret) && secret !== '' && (secretField === undefined || isTexts(secretField));
}

function isTexts(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}
