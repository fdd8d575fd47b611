import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { GlueClient } from '@aws-sdk/client-glue';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** Where the emulator answers. */
export interface EmulatorEndpoint {
  /** For example `http://127.0.0.1:5000` (moto_server) or `http://127.0.0.1:4566` (LocalStack). */
  readonly url: string;
  readonly region: string;
}

/**
 * An emulator takes any credentials. These keep a run from ever sending a real account's keys to whatever listens at
 * the endpoint.
 */
export const EMULATOR_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** AWS clients that talk to the emulator. The SDK packages are the user's own: nobody else needs them at run time. */
export interface EmulatorClients {
  readonly cloudFormation: CloudFormationClient;
  readonly glue: GlueClient;
  readonly kinesis: KinesisClient;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
}

export async function emulatorClients({ url, region }: EmulatorEndpoint): Promise<EmulatorClients> {
  const configuration = { endpoint: url, region, credentials: EMULATOR_CREDENTIALS };
  const [cloudFormation, glue, kinesis, lambda, sqs, http] = await withInstallLine(() =>
    Promise.all([
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-glue'),
      import('@aws-sdk/client-kinesis'),
      import('@aws-sdk/client-lambda'),
      import('@aws-sdk/client-sqs'),
      import('@smithy/node-http-handler'),
    ]),
  );
  return {
    cloudFormation: new cloudFormation.CloudFormationClient(configuration),
    glue: new glue.GlueClient(configuration),
    // The Kinesis client speaks HTTP/2 by default, which emulators do not.
    kinesis: new kinesis.KinesisClient({ ...configuration, requestHandler: new http.NodeHttpHandler() }),
    lambda: new lambda.LambdaClient(configuration),
    // A queue's URL names amazonaws.com whatever the endpoint is.
    sqs: new sqs.SQSClient({ ...configuration, useQueueUrlAsEndpoint: false }),
  };
}

async function withInstallLine<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'Running against an emulator needs the AWS SDK. Install it: npm install --save-dev @aws-sdk/client-cloudformation ' +
        '@aws-sdk/client-glue @aws-sdk/client-kinesis @aws-sdk/client-lambda @aws-sdk/client-sqs @smithy/node-http-handler',
    );
  }
}
