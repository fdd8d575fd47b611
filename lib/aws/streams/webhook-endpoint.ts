import { Duration, RemovalPolicy, Size, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE, METRICS, PRODUCT_DIMENSION } from '../../contract/metric-names';
import type { WebhookSettings } from '../../contract/webhook-settings';
import { requireDuration, requireWhole } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { functionIn } from '../handler-network';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireMetricNames } from '../observability/metric-name-rules';
import { acknowledge, acknowledgeHandlerFunction } from '../suppressions';
import type { WebhookEndpointProps } from './webhook-endpoint-props';
import { WebhookPartitionKey } from './webhook-partition-key';

/**
 * An address that producers post JSON to, in front of a stream: an HTTP API with one route, throttled and logged, and a function
 * that checks who sends, and answers 200 once the stream has every record.
 *
 * @throws Error for a path that is none, and for limits out of their bounds
 */
export class WebhookEndpoint extends Construct {
  /** What producers post to, for example `https://abcdefgh.execute-api.eu-central-1.amazonaws.com/tickets`. */
  readonly url: string;
  readonly api: apigateway.HttpApi;
  readonly stage: apigateway.HttpStage;
  readonly route: apigateway.HttpRoute;
  /** The route of a handshake that is a GET; undefined without one. */
  readonly handshakeRoute?: apigateway.HttpRoute;
  /** The function behind it. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  /** Who called, and what was answered: a line for each request, none of what it held. */
  readonly accessLogGroup: logs.LogGroup;
  readonly encryptionKey: kms.IKey;
  /** Dimension of its metrics. */
  readonly productName: string;
  private readonly metricNamespace: string;
  private readonly isIam: boolean;

  constructor(scope: Construct, id: string, props: WebhookEndpointProps) {
    super(scope, id);
    const path = props.path ?? '/';
    this.productName = props.productName ?? this.node.path;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    requireMetricNames(this.productName, this.metricNamespace);
    requirePath(path);
    requireLimits(props);
    requireSigned(props, this.node.path);
    this.isIam = props.authentication._isIam;

    this.role = props.role ?? handlerRole(this, `Receives webhooks of ${this.node.path}`.slice(0, 1000));
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.accessLogGroup = new logs.LogGroup(this, 'AccessLogs', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: this.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { settings: authentication, authorizer } = props.authentication._bind(this.role);
    props.handshake?._bind(this.role);
    props.stream.grantWrite(this.role);
    this.handler = this.createFunction(props, {
      authentication,
      handshake: props.handshake?._settings,
      maxBodyBytes: (props.maxBodySize ?? Size.mebibytes(1)).toKibibytes() * 1024,
      split: props.split ?? false,
      ...(props.partitionKey ?? WebhookPartitionKey.random())._settings,
    });

    this.api = new apigateway.HttpApi(this, 'Api', {
      apiName: this.node.path.slice(0, 128),
      description: `Receives webhooks of ${this.node.path}`.slice(0, 1024),
      createDefaultStage: false,
      disableExecuteApiEndpoint: props.domain !== undefined,
    });
    this.stage = this.createStage(props);
    const integration = new HttpLambdaIntegration('Receive', this.handler);
    [this.route] = this.api.addRoutes({
      path,
      methods: [apigateway.HttpMethod.POST],
      integration,
      authorizer,
    });
    if (props.handshake?._isGet) {
      [this.handshakeRoute] = this.api.addRoutes({ path, methods: [apigateway.HttpMethod.GET], integration });
      acknowledge(
        this.handshakeRoute,
        ['AwsSolutions-APIG4'],
        'The producer shows a token: the function checks it, in constant time, and answers with nothing but the challenge.',
      );
    }
    const base = props.domain === undefined ? this.stage.url : this.stage.domainUrl;
    this.url = `${base.replace(/\/$/, '')}${path}`;
    if (authorizer === undefined) {
      acknowledge(
        this.route,
        ['AwsSolutions-APIG4'],
        'Producers sign what they send, or send a key: the function checks that, in constant time, before it looks at anything.',
      );
    }
  }

  /**
   * Lets a role of AWS post, where producers are roles.
   * @throws Error for an endpoint with another authentication
   */
  grantInvoke(grantee: iam.IGrantable): iam.Grant {
    if (!this.isIam) {
      throw new Error(
        `Producers of "${this.node.path}" are no roles of AWS, so that none can be granted to post. ` +
          'Use authentication: WebhookAuthentication.iam().',
      );
    }
    return this.route.grantInvoke(grantee, { httpMethods: [apigateway.HttpMethod.POST] });
  }

  /** Requests that reached the function; sum over 5 minutes. */
  metricReceived(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.requestsReceived, options);
  }

  /** Requests that it refused with 4xx; sum over 5 minutes. By reason, with the dimension `Reason` as well. */
  metricRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.requestsRefused, options);
  }

  /** Records that it put on the stream; sum over 5 minutes. */
  metricRecordsPut(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.recordsPut, options);
  }

  /** Requests answered with 5xx, by the function or by the API before or without it; sum over 5 minutes. */
  metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stage.metricServerError({ period: Duration.minutes(5), statistic: 'Sum', ...options });
  }

  private metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: this.metricNamespace,
      metricName,
      dimensionsMap: { [PRODUCT_DIMENSION]: this.productName },
      period: Duration.minutes(5),
      statistic: 'Sum',
      ...options,
    }).attachTo(this);
  }

  private createFunction(props: WebhookEndpointProps, settings: WebhookSettings): lambda.Function {
    const services = [LakeEndpoint.KINESIS];
    if (settings.authentication !== undefined) services.push(LakeEndpoint.SECRETS_MANAGER);
    const handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(`Receives webhooks for ${props.stream.node.path}`),
      code: stagedCode(BUNDLES.webhookReceive),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 512,
      timeout: props.timeout ?? Duration.seconds(10),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...functionIn(props.network, this.role, services),
      environment: {
        [HANDLER_ENVIRONMENT.stream]: props.stream.stream.streamArn,
        [HANDLER_ENVIRONMENT.webhook]: Stack.of(this).toJsonString(settings),
        [HANDLER_ENVIRONMENT.product]: this.productName,
        [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
      },
    });
    acknowledgeHandlerFunction(
      handler,
      'Nobody invokes it without waiting for its answer: a producer that is told 5xx, or nothing, sends again.',
    );
    return handler;
  }

  private createStage(props: WebhookEndpointProps): apigateway.HttpStage {
    const rateLimit = props.rateLimit ?? 100;
    return new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit, burstLimit: props.burstLimit ?? 2 * rateLimit },
      domainMapping: props.domain,
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(this.accessLogGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  routeKey: '$context.routeKey',
  protocol: '$context.protocol',
  status: '$context.status',
  responseLatency: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
  error: '$context.error.message',
};

/** Whoever is told a challenge could have the address entered elsewhere in our name. */
function requireSigned({ authentication, handshake }: WebhookEndpointProps, path: string): void {
  if (handshake === undefined || authentication._isSigned) return;
  throw new Error(
    `"${path}" is to answer handshakes of producers that sign what they send, but its authentication is another. ` +
      'Use authentication: WebhookAuthentication.hmac(…), or leave handshake out.',
  );
}

function requirePath(path: string): void {
  if (/^\/[\w.~/-]*$/.test(path)) return;
  throw new Error(
    `path must begin with a slash and hold letters, digits or - . _ ~ / only: one path is served, without variables. Received "${path}".`,
  );
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
function requireLimits(props: WebhookEndpointProps): void {
  const { maxBodySize } = props;
  requireWhole(
    'maxBodySize',
    maxBodySize === undefined || maxBodySize.isUnresolved()
      ? undefined
      : maxBodySize.toKibibytes({ rounding: SizeRoundingBehavior.NONE }),
    {
      minimum: 1,
      maximum: 4096,
      unit: 'KiB',
      remedy:
        'A function takes requests of 6 MB with all that is around them, and bodies are a third longer in base64.',
    },
  );
  for (const [name, value] of Object.entries({ rateLimit: props.rateLimit, burstLimit: props.burstLimit })) {
    requireWhole(name, value, {
      minimum: 1,
      maximum: 1_000_000,
      remedy:
        'What is let through has to be within the limit of the account, 10,000 a second unless it was raised.',
    });
  }
  requireDuration('timeout', props.timeout, {
    minimum: 3,
    maximum: 29,
    remedy: 'Leave it out for ten: the API answers by itself after thirty, and producers wait no longer.',
  });
  requireWhole('memorySize', props.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 512.',
  });
  requireWhole('reservedConcurrentExecutions', props.reservedConcurrentExecutions, {
    minimum: 1,
    maximum: 1_000_000,
    remedy: 'Leave it out for the limit of the account; none would refuse every request.',
  });
}
