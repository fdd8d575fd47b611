import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DataContract } from '../../contract';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { LineageSettings } from '../../contract/lineage/lineage-settings';
import { ownerOf } from '../../contract/table-facts';
import { acknowledgeWildcards } from '../suppressions';

/** A secret that an endpoint wants as a bearer token. It is read at run time: neither template nor environment holds it. */
export interface LineageToken {
  readonly secret: ISecret;
  /**
   * Field of a secret that is a JSON object.
   * @default - the whole secret
   */
  readonly field?: string;
}

/** What a processor deploys for a sink. */
export interface LineageBinding {
  /** Variables of the function. */
  readonly environment: { readonly [name: string]: string };
  /** Whether the function needs a bundle that reads secrets. */
  readonly readsSecrets: boolean;
}

/**
 * Where processors tell what they read and made: events of OpenLineage (https://openlineage.io), a start and an end for
 * each run that changed a table or failed. A sink that is away costs a run two seconds and a count in the metric
 * `LineageFailures`, never the run.
 */
export abstract class LineageSink {
  /**
   * Objects of a bucket, one for each run: `<prefix>/date=2026-11-20/….ndjson`. Processors may write there, and neither
   * read nor delete.
   *
   * @throws Error for a prefix that names no folder
   */
  static bucket(bucket: IBucket, prefix = 'lineage'): LineageSink {
    return new BucketSink(bucket, prefix);
  }

  /**
   * A service that takes events by POST, as Marquez does at `/api/v1/lineage`.
   *
   * @param url of the endpoint itself, https
   * @throws Error for a URL that is no https, or holds a password
   */
  static endpoint(url: string, token?: LineageToken): LineageSink {
    return new EndpointSink(url, token);
  }

  /** Lets a function's role tell, and do nothing else there. */
  abstract grantTell(grantee: iam.IGrantable): iam.Grant;

  /** What a function of a processor has to know. @param contract of what is written */
  abstract bind(scope: Construct, contract?: DataContract): LineageBinding;
}

class BucketSink extends LineageSink {
  constructor(
    private readonly target: IBucket,
    private readonly prefix: string,
  ) {
    super();
    if (!Token.isUnresolved(prefix) && !/^[^/\s][^\s]*[^/\s]$|^[^/\s]$/.test(prefix)) {
      throw new Error(
        `prefix must name a folder without a slash at either end. Received "${prefix}". Leave it out for "lineage".`,
      );
    }
  }

  grantTell(grantee: iam.IGrantable): iam.Grant {
    const { target, prefix } = this;
    const objects = target.arnForObjects(`${prefix}/*`);
    const reason = `Events are named at run time: the grant covers ${prefix}/* of one bucket.`;
    acknowledgeWildcards(grantee, [objects], reason);
    const grant = iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:PutObject'],
      resourceArns: [objects],
      resource: target,
    });
    const key = target.encryptionKey?.grant(grantee, 'kms:GenerateDataKey');
    return key === undefined ? grant : grant.combine(key);
  }

  bind(scope: Construct, contract?: DataContract): LineageBinding {
    const sink = `s3://${this.target.bucketName}/${this.prefix}`;
    return { environment: environment(scope, sink, contract), readsSecrets: false };
  }
}

class EndpointSink extends LineageSink {
  constructor(
    private readonly url: string,
    private readonly token?: LineageToken,
  ) {
    super();
    if (Token.isUnresolved(url)) return;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol !== 'https:') {
      throw new Error(`The URL of a lineage endpoint must begin with https://. Received "${url}".`);
    }
    if (parsed.username !== '' || parsed.password !== '') {
      throw new Error('The URL of a lineage endpoint must hold no password: pass the token as a secret.');
    }
  }

  grantTell(grantee: iam.IGrantable): iam.Grant {
    return (
      this.token?.secret.grantRead(grantee) ?? iam.Grant.drop(grantee, 'The endpoint asks for no token.')
    );
  }

  bind(scope: Construct, contract?: DataContract): LineageBinding {
    const { token } = this;
    const settings = token && { token: { secret: token.secret.secretArn, field: token.field } };
    return {
      environment: environment(scope, this.url, contract, settings),
      readsSecrets: token !== undefined,
    };
  }
}

function environment(
  scope: Construct,
  sink: string,
  contract: DataContract | undefined,
  more: Pick<LineageSettings, 'token'> = {},
): { [name: string]: string } {
  const stack = Stack.of(scope);
  const owner = contract && ownerOf(contract);
  // `arn:<partition>:glue:<region>:<account>`, by which OpenLineage names what is in a Glue catalog.
  const catalog = stack
    .formatArn({ service: 'glue', resource: '', arnFormat: ArnFormat.NO_RESOURCE_NAME })
    .replace(/:$/, '');
  const settings: LineageSettings = { catalog, ...(owner !== undefined && { owner }), ...more };
  return {
    [HANDLER_ENVIRONMENT.lineage]: sink,
    [HANDLER_ENVIRONMENT.lineageSettings]: stack.toJsonString(settings),
  };
}
