import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  QualityResponse,
  type QualityResponseProps,
  SqlText,
  SqlTransform,
  Zone,
} from '../../../lib/aws';
import { CloudAssembly } from '../../../lib/local/template/assembly';
import type { JsonObject } from '../../../lib/local/template/json';
import { lakehouseMatchers } from '../../../lib/testing';
import { accountOf } from '../../local/workflow/account';
import { ordersContract } from '../orders';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

const CUSTOMERS = DataContract.fromFile('examples/quality/customers.odcs.yaml');

function synth(given: (known: QualityResponseProps) => Partial<QualityResponseProps> = () => ({})) {
  const app = new App({ context: { 'aws:cdk:enable-path-metadata': true } });
  const stack = new Stack(app, 'Test', { env: { account: '111111111111', region: 'eu-central-1' } });
  const lake = new MedallionLake(stack, 'Lake', { name: 'acme' });
  const catalog = LakeCatalog.of(lake);
  const table = (zone: Zone, tableName: string) =>
    LakeTable.fromTableAttributes(stack, `${zone}${tableName}`, {
      databaseName: `acme_${zone}`,
      tableName,
      zoneBucket: catalog.lake.zone(zone),
    });
  const silver = table(Zone.SILVER, 'customers');
  const gold = new SqlTransform(stack, 'Gold', {
    sql: SqlText.inline('SELECT order_id FROM customers'),
    inputs: [{ name: 'customers', table: silver }],
    output: table(Zone.GOLD, 'orders'),
    contract: ordersContract(),
    checkSql: false,
    encryptionKey: lake.encryptionKey,
  });
  const known = {
    contract: CUSTOMERS,
    table: silver,
    results: table(Zone.SILVER, 'customers_quality'),
    downstream: [
      gold.eventSourceMapping!,
      EventSourceMapping.fromEventSourceMappingId(stack, 'Other', 'aaaa-bbbb'),
    ],
    topics: [new Topic(stack, 'Owner', { masterKey: lake.encryptionKey, enforceSSL: true })],
    encryptionKey: lake.encryptionKey,
    stateMachineName: 'customers-response',
  };
  const response = new QualityResponse(stack, 'Response', { ...known, ...given(known) });
  return { stack, response, silver };
}

/** The response as deployed, and what CloudWatch would tell it. */
function deployed(before?: (resource: string, argument: any) => void) {
  const { stack } = synth();
  const { account } = accountOf(stack, { before });
  const alarms = new CloudAssembly((stack.node.root as App).synth().directory);
  const named = (type: string, path: string) =>
    alarms.ofType(type).find((alarm) => alarm.path.includes(path))!.name;
  const change = (alarmName: string, value: string, previous: string, more: object = {}) =>
    account.putEvent({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      detail: { alarmName, state: { value, ...more }, previousState: { value: previous } },
    });
  return {
    account,
    stack,
    change,
    gate: (rule: string) => named('AWS::CloudWatch::Alarm', `Gate-${rule}`),
    anyGate: named('AWS::CloudWatch::CompositeAlarm', 'AnyGate'),
  };
}

const FAILED = {
  reason: 'Threshold Crossed: 1 datapoint [812.0] was greater than the threshold (0.0).',
  reasonData: '{"version":"1.0","statistic":"Maximum","recentDatapoints":[812.0],"threshold":0.0}',
  timestamp: '2026-11-21T02:05:00.000+0000',
};

/** An alarm's event as CloudWatch sends it, with the metric the alarm is of. */
function gateFails(to: ReturnType<typeof deployed>, rule: string): void {
  to.account.putEvent({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    detail: {
      alarmName: to.gate(rule),
      state: { value: 'ALARM', ...FAILED },
      previousState: { value: 'OK' },
      configuration: {
        metrics: [
          {
            metricStat: {
              metric: {
                namespace: 'Lakehouse',
                name: 'GateFailed',
                dimensions: { Product: 'customers', Rule: rule },
              },
            },
          },
        ],
      },
    },
  });
}

test('a gate that fails pauses what is downstream and tells the owner what, where, since when and how to trace it', async () => {
  const all = deployed();
  gateFails(all, 'customer_id_present');
  await all.account.settled();
  expect(all.account.executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  expect([...all.account.eventSourcesEnabled.values()]).toEqual([false, false]);
  const [{ subject, texts }] = all.account.messages;
  expect(all.account.messages).toHaveLength(1);
  expect(subject).toBe('Paused: customers, gate customer_id_present');
  const lines = texts.default.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'Rule: customer_id_present',
      'Table: glue://acme_silver/customers',
      'Measured: 812.0',
      'Since: 2026-11-21T02:05:00.000+0000',
      `Why: ${FAILED.reason}`,
      '  lakehouse lineage --events DIR --table acme_silver.customers --upstream',
    ]),
  );
  expect(texts.default).toContain(
    `FROM "acme_silver"."customers_quality" WHERE rule = 'customer_id_present'`,
  );
  expect(texts.default).not.toContain('NOT SWITCHED');
});

test('when the last gate passes again it reads on, and that is told', async () => {
  const all = deployed();
  gateFails(all, 'customer_id_present');
  await all.account.settled();
  all.change(all.anyGate, 'OK', 'ALARM');
  await all.account.settled();
  expect([...all.account.eventSourcesEnabled.values()]).toEqual([true, true]);
  expect(all.account.messages.map(({ subject }) => subject)).toEqual([
    'Paused: customers, gate customer_id_present',
    'Resumed: customers',
  ]);
  expect(all.account.messages[1].texts.default).toContain('Every gate passes again.');
});

test('one of two gates that passes again, and an alarm that is new, resume nothing', async () => {
  const all = deployed();
  all.change(all.gate('customer_id_present'), 'OK', 'ALARM');
  all.change(all.anyGate, 'OK', 'INSUFFICIENT_DATA');
  await all.account.settled();
  expect(all.account.executions).toEqual([]);
});

test('a person resumes by {"resume": true}, and by nothing like it', async () => {
  const { account } = deployed();
  await account.start('customers-response', { resume: true }).ended;
  expect([...account.eventSourcesEnabled.values()]).toEqual([true, true]);
  expect(account.messages[0].texts.default).toContain('Somebody asked for it.');
  for (const input of [{}, { resume: false }, { resume: 'true' }] as JsonObject[]) {
    const refused = account.start('customers-response', input);
    await refused.ended;
    expect(refused).toMatchObject({
      status: 'FAILED',
      error: 'Lakehouse.InvalidInput',
      cause: 'The input must be {"resume": true}, or the event of an alarm, which its rule sends.',
    });
  }
  expect(account.messages).toHaveLength(1);
});

test('what cannot be paused is named, keeps nothing else from being paused, and fails the execution', async () => {
  const all = deployed((resource, argument) => {
    if (resource.endsWith('updateEventSourceMapping') && argument.Uuid !== 'aaaa-bbbb')
      throw Object.assign(new Error('in use'), { name: 'Lambda.ResourceInUseException' });
  });
  gateFails(all, 'customer_id_unique');
  await all.account.settled();
  expect([...all.account.eventSourcesEnabled]).toEqual([['aaaa-bbbb', false]]);
  expect(all.account.messages[0].texts.default).toMatch(/NOT SWITCHED: .+: Lambda.ResourceInUseException/);
  expect(all.account.executions[0]).toMatchObject({ status: 'FAILED', error: 'Lakehouse.NotAllPaused' });
});

test('an event that says nothing but the state pauses all the same', async () => {
  const all = deployed();
  all.change(all.gate('age_plausible'), 'ALARM', 'OK', { reasonData: 'no JSON' });
  await all.account.settled();
  expect(all.account.executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  expect([...all.account.eventSourcesEnabled.values()]).toEqual([false, false]);
  expect(all.account.messages[0].texts.default).toContain('Rule: unknown');
});

test('its alarms end by a gate that passes, not by silence, and it may switch its event sources and no others', () => {
  const { stack } = synth();
  const template = Template.fromStack(stack);
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(5);
  for (const { Properties } of alarms) expect(Properties.TreatMissingData).toBe('ignore');
  const switching = allowedStatements(template, 'Response').filter(({ actions: [action] }) =>
    action.toLowerCase().startsWith('lambda:'),
  );
  expect(switching.map(({ actions }) => actions)).toEqual([
    ['lambda:updateEventSourceMapping'],
    ['lambda:updateEventSourceMapping'],
  ]);
  expect(switching.flatMap(({ resources }) => resources)).toEqual([
    expect.stringMatching(/event-source-mapping:<GoldSource/),
    expect.stringMatching(/event-source-mapping:aaaa-bbbb$/),
  ]);
});

test('without a table of results the message asks the table for its snapshots', () => {
  const { stack } = synth(() => ({ results: undefined }));
  const machines = Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine');
  expect(JSON.stringify(machines)).toContain('customers$snapshots');
});

test('is clean by the four packs', () => {
  expect(synth().stack).toHaveNoNagFindings();
});

test.each<[Partial<QualityResponseProps>, string]>([
  [
    { downstream: [] },
    'downstream of "Test/Response" is empty. Name what is to be paused, as gold.eventSourceMapping.',
  ],
  [{ topics: [] }, 'topics of "Test/Response" is empty. Name the topic of the owner.'],
  [
    { rules: ['nulls'] },
    'customers has no quality rule nulls. It has: plausible_volume, customer_id_present,',
  ],
])('refuses %j', (given, message) => {
  expect(() => synth(() => given)).toThrow(message);
});
