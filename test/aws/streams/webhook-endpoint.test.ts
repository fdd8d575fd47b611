import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PrefixList } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { readWebhookConfiguration } from '../../../lambda/configuration/webhook';
import {
  IngestStream,
  LakeEndpoint,
  LakeNetwork,
  WebhookAlarms,
  type WebhookAlarmsProps,
  WebhookAuthentication,
  WebhookEndpoint,
  type WebhookEndpointProps,
  type WebhookHmacOptions,
  WebhookHandshake,
  WebhookPartitionKey,
  WebhookSignatureAlgorithm,
  WebhookSignatureEncoding,
} from '../../../lib/aws';
import { nagFindings } from '../../../lib/testing';
import { allowedStatements } from '../statements';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:tickets-AbCdEf';

function secretIn(stack: Stack) {
  return Secret.fromSecretAttributes(stack, 'Shared', {
    secretCompleteArn: SECRET,
    encryptionKey: Key.fromKeyArn(stack, 'SecretKey', 'arn:aws:kms:eu-central-1:123456789012:key/secrets'),
  });
}

interface Made {
  readonly stack: Stack;
  readonly endpoint: WebhookEndpoint;
  readonly template: () => Template;
}

function made(
  props: Partial<WebhookEndpointProps> | ((stack: Stack) => Partial<WebhookEndpointProps>) = {},
): Made {
  const stack = new Stack(new App(), 'Stack');
  const given = typeof props === 'function' ? props(stack) : props;
  const endpoint = new WebhookEndpoint(stack, 'Tickets', {
    stream: new IngestStream(stack, 'Events'),
    authentication: given.authentication ?? WebhookAuthentication.hmac({ secret: secretIn(stack) }),
    ...given,
  });
  return { stack, endpoint, template: () => Template.fromStack(stack) };
}

const hmac = (options: Partial<WebhookHmacOptions>) =>
  made((stack) => ({ authentication: WebhookAuthentication.hmac({ secret: secretIn(stack), ...options }) }));

/** What the handler reads of the template: the other side of the interface. */
function configurationOf(template: Template) {
  const functions = template.findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { LAKEHOUSE_WEBHOOK: Match.anyValue() } } },
  });
  const [{ Properties }] = Object.values(functions);
  return readWebhookConfiguration({
    ...Properties.Environment.Variables,
    LAKEHOUSE_STREAM: 'arn:aws:kinesis:eu-central-1:123456789012:stream/events',
  });
}

test('one route that posts, throttled, logged with a key, and not to be called in any other way', () => {
  const template = made({ path: '/tickets' }).template();
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'POST /tickets',
    AuthorizationType: 'NONE',
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: {
      ThrottlingRateLimit: 100,
      ThrottlingBurstLimit: 200,
    },
    AccessLogSettings: {
      DestinationArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TicketsAccessLogs'), 'Arn'] },
      Format: Match.stringLikeRegexp('"status":"\\$context.status"'),
    },
  });
  const [log] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')).map(
    ({ Properties }) => Properties.AccessLogSettings.Format as string,
  );
  expect(log).not.toMatch(/authorizer|header|body|query/i);
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  template.resourceCountIs('AWS::Lambda::Permission', 1);
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'apigateway.amazonaws.com',
    SourceArn: Match.objectLike({
      'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/\\*/\\*/tickets$')])],
    }),
  });
});

test('the function may put on this stream and read this secret, in two of its versions', () => {
  const statements = allowedStatements(made().template(), 'TicketsRole');
  const actions = statements.flatMap((statement) => statement.actions);
  expect([...new Set(actions)].sort()).toEqual(
    [
      'kinesis:ListShards',
      'kinesis:PutRecord',
      'kinesis:PutRecords',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ].sort(),
  );
  made()
    .template()
    .hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'secretsmanager:GetSecretValue',
            Resource: SECRET,
            Condition: {
              'ForAnyValue:StringEquals': {
                'secretsmanager:VersionStage': ['AWSCURRENT', 'AWSPREVIOUS'],
              },
            },
          }),
        ]),
      },
    });
});

test('a secret known by its name is granted with the end that its ARN has', () => {
  const { template } = made((stack) => ({
    authentication: WebhookAuthentication.hmac({
      secret: Secret.fromSecretNameV2(stack, 'Named', 'tickets'),
    }),
  }));
  const resources = allowedStatements(template(), 'TicketsRole')
    .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
    .flatMap((statement) => statement.resources);
  expect(resources).toEqual([expect.stringMatching(/:secret:tickets-\?{6}$/)]);
});

describe('the handler is told', () => {
  test('by default, what GitHub signs', () => {
    expect(configurationOf(made().template())).toMatchObject({
      product: 'Stack/Tickets',
      metricNamespace: 'Lakehouse',
      settings: {
        maxBodyBytes: 1024 * 1024,
        split: false,
        authentication: {
          hmac: {
            secret: SECRET,
            header: 'x-hub-signature-256',
            prefix: 'sha256=',
            algorithm: 'sha256',
            encoding: 'hex',
            signedContent: '{body}',
          },
        },
      },
    });
  });

  test('a time that is signed, five minutes of it', () => {
    const { template } = hmac({
      header: 'Stripe-Signature',
      prefix: 'v1=',
      timestampHeader: 'Stripe-Signature',
      timestampPrefix: 't=',
      algorithm: WebhookSignatureAlgorithm.SHA512,
      encoding: WebhookSignatureEncoding.BASE64,
      secretField: 'signing',
    });
    expect(configurationOf(template()).settings.authentication?.hmac).toEqual({
      secret: SECRET,
      secretField: 'signing',
      header: 'stripe-signature',
      prefix: 'v1=',
      algorithm: 'sha512',
      encoding: 'base64',
      signedContent: '{timestamp}.{body}',
      timestamp: { header: 'stripe-signature', prefix: 't=', toleranceSeconds: 300 },
    });
  });

  test('a key, how bodies are split, and the key of records', () => {
    const { template } = made((stack) => ({
      authentication: WebhookAuthentication.apiKey({
        secret: secretIn(stack),
        header: 'Authorization',
        prefix: 'Bearer ',
      }),
      split: true,
      partitionKey: WebhookPartitionKey.header('X-GitHub-Delivery'),
      maxBodySize: Size.kibibytes(64),
      productName: 'tickets',
      metricNamespace: 'Acme',
    }));
    expect(configurationOf(template())).toMatchObject({
      product: 'tickets',
      metricNamespace: 'Acme',
      settings: {
        split: true,
        partitionHeader: 'x-github-delivery',
        maxBodyBytes: 65_536,
        authentication: { apiKey: { secret: SECRET, header: 'authorization', prefix: 'Bearer ' } },
      },
    });
    expect(
      configurationOf(made({ partitionKey: WebhookPartitionKey.field('ticket_id') }).template()).settings,
    ).toMatchObject({ partitionField: 'ticket_id' });
  });

  test('nothing it could take for an authentication where that is broken', () => {
    const read = (settings: object) =>
      readWebhookConfiguration({
        LAKEHOUSE_STREAM: 'arn:aws:kinesis:eu-central-1:123456789012:stream/events',
        LAKEHOUSE_PRODUCT: 'tickets',
        LAKEHOUSE_WEBHOOK: JSON.stringify(settings),
      });
    const whole = { maxBodyBytes: 1, split: false };
    expect(read(whole).settings).toEqual(whole);
    const authentication = {
      hmac: {
        ...{ secret: 's', header: 'a', prefix: '', algorithm: 'sha256', encoding: 'hex' },
        signedContent: '{body}',
      },
    };
    for (const handshake of [{ slack: true }, { verifyToken: { secret: 't' } }]) {
      expect(read({ ...whole, authentication, handshake }).settings.handshake).toEqual(handshake);
    }
    for (const broken of [
      {},
      { ...whole, authentication: {} },
      { ...whole, handshake: { slack: true } },
      { ...whole, authentication, handshake: {} },
      { ...whole, authentication, handshake: { slack: true, verifyToken: { secret: 's' } } },
      { ...whole, authentication, handshake: { verifyToken: { secret: '' } } },
      { ...whole, authentication: { apiKey: { secret: '', header: 'a', prefix: '' } } },
      { ...whole, authentication: { hmac: { secret: 's', header: 'a', prefix: '', algorithm: 'sha1' } } },
    ]) {
      expect(() => read(broken)).toThrow(
        `LAKEHOUSE_WEBHOOK is ${JSON.stringify(broken)}. Allowed: JSON of WebhookSettings (lib/contract/webhook-settings.ts).`,
      );
    }
  });
});

describe('handshakes', () => {
  const asked = (handshake: (stack: Stack) => WebhookHandshake) =>
    made((stack) => {
      const secret = secretIn(stack);
      return {
        path: '/events',
        authentication: WebhookAuthentication.hmac({ secret }),
        handshake: handshake(stack),
      };
    });
  const routes = (template: Template) =>
    Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties.RouteKey as string,
    );

  test('of Slack come by the route there is, and need no other secret', () => {
    const { template, endpoint } = asked(() => WebhookHandshake.slack());
    expect(configurationOf(template()).settings).toMatchObject({
      authentication: { hmac: { secret: SECRET } },
      handshake: { slack: true },
    });
    expect(routes(template())).toEqual(['POST /events']);
    expect(endpoint.handshakeRoute).toBeUndefined();
  });

  test('of Meta are a GET, and the function may read the token', () => {
    const TOKEN = SECRET.replace('tickets', 'token');
    const { stack, template, endpoint } = asked((scope) =>
      WebhookHandshake.meta({
        secret: Secret.fromSecretCompleteArn(scope, 'Token', TOKEN),
        secretField: 'verify',
      }),
    );
    expect(configurationOf(template()).settings.handshake).toEqual({
      verifyToken: { secret: TOKEN, secretField: 'verify' },
    });
    expect(routes(template()).sort()).toEqual(['GET /events', 'POST /events']);
    expect(endpoint.handshakeRoute).toBeDefined();
    const read = allowedStatements(template()).filter(({ actions }) =>
      actions.includes('secretsmanager:GetSecretValue'),
    );
    expect(read.map(({ resources }) => resources)).toEqual([[SECRET], [TOKEN]]);
    for (const { condition } of read) {
      expect(condition).toEqual({
        'ForAnyValue:StringEquals': { 'secretsmanager:VersionStage': ['AWSCURRENT', 'AWSPREVIOUS'] },
      });
    }
    expect(nagFindings(stack)).toEqual([]);
  });

  test.each([
    ['a key', (stack: Stack) => WebhookAuthentication.apiKey({ secret: secretIn(stack) })],
    ['roles', () => WebhookAuthentication.iam()],
  ])('are refused where producers show %s: whoever asks is to have signed', (_, authentication) => {
    expect(() =>
      made((stack) => ({
        authentication: authentication(stack),
        handshake: WebhookHandshake.slack(),
      })),
    ).toThrow(
      new Error(
        '"Stack/Tickets" is to answer handshakes of producers that sign what they send, but its authentication is another. ' +
          'Use authentication: WebhookAuthentication.hmac(…), or leave handshake out.',
      ),
    );
  });
});

describe('whom the API lets through', () => {
  test('roles that are granted to post, and no secret is read', () => {
    const { stack, endpoint, template } = made({ authentication: WebhookAuthentication.iam() });
    const producer = new Role(stack, 'Producer', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    endpoint.grantInvoke(producer);
    template().hasResourceProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' });
    expect(allowedStatements(template(), 'Producer').map(({ actions }) => actions)).toEqual([
      ['execute-api:Invoke'],
    ]);
    expect(configurationOf(template()).settings.authentication).toBeUndefined();
    expect(JSON.stringify(template().toJSON())).not.toContain('secretsmanager');
    expect(nagFindings(stack).filter(({ path }) => path.startsWith('Stack/Tickets'))).toEqual([]);
  });

  test('an authorizer of one’s own', () => {
    const { template } = made({
      authentication: WebhookAuthentication.authorizer(
        new HttpJwtAuthorizer('Tokens', 'https://id.example.com', { jwtAudience: ['lake'] }),
      ),
    });
    template().hasResourceProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'JWT' });
  });

  test('grants are for roles', () => {
    const { stack, endpoint } = made();
    const role = new Role(stack, 'R', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    expect(() => endpoint.grantInvoke(role)).toThrow(
      'Producers of "Stack/Tickets" are no roles of AWS, so that none can be granted to post. ' +
        'Use authentication: WebhookAuthentication.iam().',
    );
  });
});

test('a domain of one’s own is the only address then', () => {
  const { endpoint, stack, template } = made((scope) => ({
    path: '/tickets',
    domain: {
      domainName: new DomainName(scope, 'Domain', {
        domainName: 'hooks.example.com',
        certificate: Certificate.fromCertificateArn(
          scope,
          'Certificate',
          'arn:aws:acm:eu-central-1:1:certificate/c',
        ),
      }),
    },
  }));
  template().hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  template().resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
  expect(JSON.stringify(stack.resolve(endpoint.url))).toMatch(/https:\/\/.*\/tickets/);
});

test('in a network without a way out it needs Kinesis and Secrets Manager, and no catalog', () => {
  const inNetwork = (endpoints: LakeEndpoint[]) =>
    made((stack) => {
      const list = (id: string) => PrefixList.fromPrefixListId(stack, id, `pl-${id.toLowerCase()}`);
      const lists = { s3PrefixList: list('S3'), dynamoDbPrefixList: list('DynamoDb') };
      return { network: new LakeNetwork(stack, 'Network', { endpoints, ...lists }) };
    });
  expect(() => inNetwork([LakeEndpoint.GLUE])).toThrow(
    '"Stack/Tickets/Role" needs the endpoints kinesis-streams, secretsmanager, which the network "Stack/Network" does not have',
  );
  expect(() => inNetwork([LakeEndpoint.KINESIS, LakeEndpoint.SECRETS_MANAGER])).not.toThrow();
});

describe('alarms', () => {
  const watched = (props: Partial<WebhookAlarmsProps> = {}) => {
    const { stack, endpoint } = made({ productName: 'tickets' });
    const topics = [Topic.fromTopicArn(stack, 'OnCall', 'arn:aws:sns:eu-central-1:123456789012:on-call')];
    new WebhookAlarms(stack, 'Alarms', { endpoint, topics, ...props });
    return Template.fromStack(stack);
  };

  test('at the first request that could not be taken, and at the eleventh in five minutes that is refused', () => {
    const template = watched();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: '5xx',
      Namespace: 'AWS/ApiGateway',
      Dimensions: [
        { Name: 'ApiId', Value: { Ref: Match.stringLikeRegexp('^TicketsApi') } },
        { Name: 'Stage', Value: '$default' },
      ],
      Statistic: 'Sum',
      Period: 300,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmDescription: Match.stringLikeRegexp('#webhook-failures$'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'RequestsRefused',
      Namespace: 'Lakehouse',
      Dimensions: [{ Name: 'Product', Value: 'tickets' }],
      Threshold: 10,
      AlarmDescription: Match.stringLikeRegexp('^tickets: .*#webhook-refusals$'),
    });
  });

  test('whose runbook is there', () => {
    const headings = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('## '))
      .map((line) => line.slice(3).toLowerCase().replace(/ /g, '-'));
    expect(headings).toEqual(expect.arrayContaining(['webhook-failures', 'webhook-refusals']));
  });

  test('with other thresholds', () => {
    watched({ failedThreshold: 3, refusedThreshold: 0 });
    expect(() => watched({ refusedThreshold: -1 })).toThrow(
      'refusedThreshold must be between 0 and 9007199254740991. Received -1. It is a number of requests within five minutes; 0 tells of the first.',
    );
  });
});

describe('refuses, saying why', () => {
  test.each<[Partial<WebhookEndpointProps>, string]>([
    [
      { path: 'tickets' },
      'path must begin with a slash and hold letters, digits or - . _ ~ / only: one path is served, without variables. Received "tickets".',
    ],
    [
      { path: '/{proxy+}' },
      'path must begin with a slash and hold letters, digits or - . _ ~ / only: one path is served, without variables. Received "/{proxy+}".',
    ],
    [
      { maxBodySize: Size.mebibytes(5) },
      'maxBodySize must be between 1 and 4096 KiB. Received 5120. A function takes requests of 6 MB with all that is around them, and bodies are a third longer in base64.',
    ],
    [
      { maxBodySize: Size.bytes(1500) },
      'maxBodySize must be a whole number between 1 and 4096 KiB. Received 1.46484375. A function takes requests of 6 MB with all that is around them, and bodies are a third longer in base64.',
    ],
    [
      { rateLimit: 0 },
      'rateLimit must be between 1 and 1000000. Received 0. What is let through has to be within the limit of the account, 10,000 a second unless it was raised.',
    ],
    [
      { timeout: Duration.seconds(30) },
      'timeout must be between 3 and 29 seconds. Received 30. Leave it out for ten: the API answers by itself after thirty, and producers wait no longer.',
    ],
    [{ memorySize: 64 }, 'memorySize must be between 128 and 10240 MB. Received 64. Leave it out for 512.'],
    [
      { reservedConcurrentExecutions: 0 },
      'reservedConcurrentExecutions must be between 1 and 1000000. Received 0. Leave it out for the limit of the account; none would refuse every request.',
    ],
  ])('%j', (props, message) => {
    expect(() => made(props)).toThrow(new Error(message));
  });

  test.each<[Partial<WebhookHmacOptions>, string]>([
    [
      { header: 'X Signature' },
      'header must be the name of an HTTP header: 1 to 128 letters, digits or hyphens. Received "X Signature".',
    ],
    [
      { tolerance: Duration.minutes(1) },
      'tolerance is given without timestampHeader. Name the header that says when a signature was made.',
    ],
    [
      { timestampPrefix: 't=' },
      'timestampPrefix is given without timestampHeader. Name the header that says when a signature was made.',
    ],
    [
      { timestampHeader: 'X-Time', tolerance: Duration.days(2) },
      'tolerance must be between 1 and 86400 seconds. Received 172800. Leave it out for five minutes.',
    ],
    [
      { timestampHeader: 'X-Time', signedContent: '{body}' },
      'signedContent must hold {body} and {timestamp} once each, and no other braces. Received "{body}". The time has to be signed with the body, or it proves nothing.',
    ],
    [
      { signedContent: '{timestamp}.{body}' },
      'signedContent must hold {body} once, and no other braces. Received "{timestamp}.{body}". Name the header of a time that is signed in timestampHeader.',
    ],
  ])('%j', (options, message) => {
    expect(() => hmac(options)).toThrow(new Error(message));
  });

  test('partition keys of nothing', () => {
    expect(() => WebhookPartitionKey.header('')).toThrow(
      'The header of a partition key must be the name of an HTTP header: 1 to 128 letters, digits or hyphens. Received "".',
    );
    expect(() => WebhookPartitionKey.field('')).toThrow(
      'The field of a partition key has no name. Name one at the top of the records.',
    );
  });
});
