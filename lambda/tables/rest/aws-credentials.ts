import { GlueClient } from '@aws-sdk/client-glue';
import type { SigningCredentials } from '../../stores/signature-v4';

/**
 * Where the SDK looks for credentials, whichever client asks. A module of its own, imported on first use: importing the
 * client itself that way would bundle every operation it has.
 */
export function awsCredentials(region: string): () => Promise<SigningCredentials> {
  const { credentials } = new GlueClient({ region }).config;
  return () => credentials();
}
