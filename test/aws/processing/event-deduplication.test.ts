import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import {
  DataContract,
  DeduplicationTable,
  EventDeduplication,
  LakeCatalog,
  LakeTable,
  StreamProcessor,
  type StreamProcessorProps,
  Zone,
} from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { surroundings } from '../orders';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

const CONTRACT = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: clicks
version: 1.0.0
status: active
schema:
  - name: clicks
    properties:
      - { name: event_id, logicalType: string, required: true }
      - { name: sequence, physicalName: seq_no, logicalType: integer }
      - { name: price, logicalType: number }
`);

function processorWith(
  deduplication?: EventDeduplication | ((stack: Stack) => EventDeduplication),
  more: Partial<StreamProcessorProps> = {},
) {
  const { stack, lake, source } = surroundings();
  const catalog = LakeCatalog.of(lake);
  const processor = new StreamProcessor(stack, 'Processor', {
    contract: CONTRACT,
    source,
    bronze: new LakeTable(stack, 'Bronze', { contract: CONTRACT, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract: CONTRACT, catalog, zone: Zone.QUARANTINE }),
    deduplication: typeof deduplication === 'function' ? deduplication(stack) : deduplication,
    ...more,
  });
  return { stack, processor };
}

function settingsOf({ stack, processor }: { stack: Stack; processor: StreamProcessor }): any {
  const variables = stack.resolve((processor.handler.node.defaultChild as any).environment).variables;
  const value = stack.resolve(variables.LAKEHOUSE_DEDUPLICATION);
  if (value === undefined) return undefined;
  const text =
    typeof value === 'string' ? value : value['Fn::Join'][1].map((part: any) => part.Ref ?? part).join('');
  return JSON.parse(text);
}

test('the function is told the field, the window and how long a claim is kept', () => {
  const made = processorWith(EventDeduplication.byProperty('event_id'));
  expect(settingsOf(made)).toEqual({
    table: expect.stringMatching(/^dynamodb:\/\/ProcessorDeduplicationTable/),
    fields: ['event_id'],
    scope: 'clicks',
    windowSeconds: 3600,
    // The stream's retention of seven days: a record is tried for three quarters of it.
    keepSeconds: 3600 + (7 * 24 * 3600 * 3) / 4,
  });
  expect(made.processor.deduplicationTable).toBeInstanceOf(DeduplicationTable);
});

test('a field goes by its column’s name too, and the window and the age of a record count', () => {
  const made = processorWith(EventDeduplication.byProperty('sequence', { window: Duration.minutes(5) }), {
    maxRecordAge: Duration.hours(2),
  });
  expect(settingsOf(made)).toMatchObject({
    fields: ['sequence', 'seq_no'],
    windowSeconds: 300,
    keepSeconds: 300 + 7200,
  });
});

test('its own table is billed by request, encrypted by the processor’s key, recoverable, and empties itself', () => {
  const { stack } = processorWith(EventDeduplication.byProperty('event_id'));
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  expect(table).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^ProcessorKey/), 'Arn'] },
      },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
    },
  });
});

test('the role reads and puts single items of this table, and no more', () => {
  const { stack } = processorWith(EventDeduplication.byProperty('event_id'));
  const ours = allowedStatements(Template.fromStack(stack)).filter(({ actions }) =>
    actions.some((action) => action.startsWith('dynamodb:')),
  );
  expect(ours).toEqual([
    {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      resources: [expect.stringMatching(/^<ProcessorDeduplicationTable/)],
    },
  ]);
});

test('a table of yours is used as it is, and its key granted', () => {
  let table: dynamodb.Table | undefined;
  const { stack, processor } = processorWith((stack) => {
    table = new dynamodb.Table(stack, 'Events', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      encryptionKey: new kms.Key(stack, 'EventsKey'),
    });
    return EventDeduplication.byProperty('event_id', { table: DeduplicationTable.fromTable(table) });
  });
  Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::Table', 1);
  expect(processor.deduplicationTable?.table).toBe(table);
  const ofKey = allowedStatements(Template.fromStack(stack)).filter(({ resources }) =>
    resources.some((resource) => resource.startsWith('<EventsKey')),
  );
  expect(ofKey.map(({ actions }) => actions)).toEqual([
    ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
  ]);
});

test('without it there is no table and no variable', () => {
  const made = processorWith();
  Template.fromStack(made.stack).resourceCountIs('AWS::DynamoDB::Table', 0);
  expect(settingsOf(made)).toBeUndefined();
});

test('it is clean for cdk-nag', () => {
  const stack = new Stack(undefined, 'Alone');
  new DeduplicationTable(stack, 'Events');
  expect(stack).toHaveNoNagFindings();
});

describe('with replicas', () => {
  const stackIn = (region?: string) =>
    new Stack(new App(), 'Global', region ? { env: { account: '111111111111', region } } : undefined);
  const keyIn = (stack: Stack, region: string) =>
    kms.Key.fromKeyArn(stack, `Key-${region}`, `arn:aws:kms:${region}:111111111111:key/one`);
  const replica = (stack: Stack, region: string) => ({ region, encryptionKey: keyIn(stack, region) });

  test('it is a global table: on demand, recoverable and with a key of its own in every region', () => {
    const stack = stackIn('eu-west-1');
    const events = new DeduplicationTable(stack, 'Events', {
      replicas: [replica(stack, 'eu-central-1'), replica(stack, 'us-east-1')],
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [
        ['eu-central-1', 'arn:aws:kms:eu-central-1:111111111111:key/one'],
        ['us-east-1', 'arn:aws:kms:us-east-1:111111111111:key/one'],
        ['eu-west-1', stack.resolve(events.encryptionKey.keyArn)],
      ].map(([Region, KMSMasterKeyId]) => ({
        Region,
        SSESpecification: { KMSMasterKeyId },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      })),
    });
    expect(stack).toHaveNoNagFindings();
    expect(stack).toEncryptEverything();
  });

  test('a processor of the standby claims in the copy of its own region', () => {
    const app = new App();
    const env = (region: string) => ({ env: { account: '111111111111', region } });
    const [home, standby] = ['eu-west-1', 'eu-central-1'].map(
      (region) => new Stack(app, region, env(region)),
    );
    const key = keyIn(standby, 'eu-central-1');
    const { table } = new DeduplicationTable(home, 'Events', {
      replicas: [{ region: 'eu-central-1', encryptionKey: key }],
    });
    const copy = DeduplicationTable.fromTable(
      dynamodb.Table.fromTableAttributes(standby, 'Copy', {
        tableName: table.tableName,
        encryptionKey: key,
      }),
    );
    copy.grantClaim(new iam.Role(standby, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    const { actions, resources } = allowedStatements(Template.fromStack(standby))[0];
    expect(actions).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
    expect(resources).toHaveLength(1);
    expect(resources[0]).toMatch(/dynamodb:eu-central-1:111111111111:table\/eu-west-1/);
    app.synth();
  });

  test('it refuses a stack without a region', () => {
    const stack = stackIn();
    expect(
      () => new DeduplicationTable(stack, 'Events', { replicas: [replica(stack, 'us-east-1')] }),
    ).toThrow(
      'Global/Events has replicas, and stack Global names no region. ' +
        'Give the stack env: { account, region }: the regions of a global table are told apart at synthesis.',
    );
  });

  test('it refuses a second copy in a region', () => {
    const stack = stackIn('eu-west-1');
    expect(
      () => new DeduplicationTable(stack, 'Events', { replicas: [replica(stack, 'eu-west-1')] }),
    ).toThrow(
      'Global/Events has two copies in eu-west-1. Allowed: one in each region, ' +
        'and none of replicas in eu-west-1, where the table itself is. Received eu-west-1.',
    );
  });
});

describe('it refuses', () => {
  test('a property the contract does not have', () => {
    expect(() => processorWith(EventDeduplication.byProperty('id'))).toThrow(
      'Events of "clicks" cannot be told apart by "id": the contract has no such property. ' +
        'Allowed: a text or an integer at the top of the record, here event_id, sequence.',
    );
  });

  test('one that can be no id', () => {
    expect(() => processorWith(EventDeduplication.byProperty('price'))).toThrow(
      'the contract has it as number, which can be no id.',
    );
  });

  test('a window of nothing', () => {
    expect(() => EventDeduplication.byProperty('event_id', { window: Duration.millis(500) })).toThrow(
      'window must be between 1 and 2592000 seconds. Received 0.5. ' +
        'Leave it out for one hour; what is to be unique for ever is the primary key of silver.',
    );
  });
});
