import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataProduct,
  IngestStream,
  LakeCatalog,
  LakeFailover,
  MedallionLake,
  StreamSource,
  Zone,
  type LakeFailoverProps,
} from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { failoverRequest } from '../../../lambda/sources/failover-request';
import { accountOf } from '../../local/workflow/account';
import { ordersContract } from '../orders';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

function synth(given: Partial<LakeFailoverProps> = {}, reads = false) {
  const stack = new Stack(new App(), 'Standby', { env: { account: '111111111111', region: 'eu-central-1' } });
  const lake = new MedallionLake(stack, 'Lake', { name: 'replica' });
  const operators = new Topic(stack, 'Operators', { masterKey: lake.encryptionKey, enforceSSL: true });
  const standby = new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    catalog: new LakeCatalog(stack, 'Catalog', { lake, name: 'replica' }),
    source: StreamSource.kinesis(new IngestStream(stack, 'Events', { encryptionKey: lake.encryptionKey })),
    processor: reads ? {} : { enabled: false },
    alarms: { topics: [operators] },
  });
  const failover = new LakeFailover(stack, 'Failover', {
    tables: standby.allTables,
    eventSources: [standby.processor.eventSourceMapping],
    topics: [operators],
    encryptionKey: lake.encryptionKey,
    stateMachineName: 'failover',
    ...given,
  });
  return { stack, standby, failover };
}

const UP = { state: 'brought-up', asOf: '2026-11-30T10:00:00.000Z', rows: 3 };

/** Runs the state machine as deployed, with an answer of the function, and tells what it did. */
async function run(input: object, answer: object | Error, given: Partial<LakeFailoverProps> = {}) {
  const { stack } = synth(given);
  const bringUp = jest.fn(async (_payload: unknown) => {
    if (answer instanceof Error) throw answer;
    return answer as never;
  });
  const template = Template.fromStack(stack);
  const [name] = Object.keys(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: 'Brings tables up from the copies that a replica has of them.' },
    }),
  );
  const { account } = accountOf(stack, { functions: { [`Standby-${name}`]: bringUp } });
  const execution = account.start('failover', input as never);
  await execution.ended;
  return { account, bringUp, execution };
}

test('all tables of a product are brought up in one request, and then the stream is read', async () => {
  const answer = { tables: [{ table: 'glue://replica_bronze/orders', ...UP }], failed: 0 };
  const { account, bringUp, execution } = await run({}, answer);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: answer });
  const payload = bringUp.mock.calls[0][0];
  expect(failoverRequest(payload)).toEqual({
    dryRun: false,
    tables: ['bronze/orders', 'quarantine/orders', 'silver/orders'].map((path) => {
      const [zone, table] = path.split('/');
      return { table: `glue://replica_${zone}/${table}`, replica: `s3://replica-${zone}/${table}` };
    }),
  });
  expect([...account.eventSourcesEnabled.values()]).toEqual([true]);
  expect(account.messages).toHaveLength(1);
  expect(account.messages[0].subject).toBe('Failover done: Standby/Failover');
  expect(account.messages[0].texts.default).toContain(
    'glue://replica_bronze/orders: brought-up, as of 2026-11-30T10:00:00.000Z',
  );
});

test('a rehearsal brings nothing up and lets nothing read', async () => {
  const { account, bringUp, execution } = await run({ dryRun: true }, { tables: [], failed: 0 });
  expect(execution.status).toBe('SUCCEEDED');
  expect(bringUp.mock.calls[0][0]).toMatchObject({ dryRun: true });
  expect(account.eventSourcesEnabled.size).toBe(0);
  expect(account.messages[0].subject).toBe('Failover rehearsed: Standby/Failover');
});

test('a table that cannot be brought up keeps everything from reading, and is named', async () => {
  const tables = [
    { table: 'glue://replica_bronze/orders', ...UP, lost: { snapshots: 1, rows: 40, until: 'x' } },
    { table: 'glue://replica_silver/orders', state: 'failed', failure: 'nothing of it has arrived' },
  ];
  const { account, execution } = await run({}, { tables, failed: 1 });
  expect(execution).toMatchObject({
    status: 'FAILED',
    error: 'Lakehouse.TablesNotUp',
    cause: 'glue://replica_silver/orders: nothing of it has arrived',
  });
  expect(account.eventSourcesEnabled.size).toBe(0);
  expect(account.messages[0].subject).toBe('Failover failed: Standby/Failover');
  expect(account.messages[0].texts.default).toContain('40 rows lost');
});

test('a function that dies is asked again, then somebody is told', async () => {
  const { account, bringUp, execution } = await run({}, new Error('out of memory'));
  expect(bringUp).toHaveBeenCalledTimes(6);
  expect(execution).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('out of memory') });
  expect(account.eventSourcesEnabled.size).toBe(0);
  expect(account.messages).toHaveLength(1);
});

test('a standby does not read its stream until then', () => {
  const { stack } = synth();
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: Match.anyValue(),
    BatchSize: 10000,
    Enabled: false,
  });
});

test('the function may commit to its tables, and the state machine switch its event sources, and no more', () => {
  const { stack } = synth();
  const template = Template.fromStack(stack);
  const actions = (prefix: string) =>
    new Set(allowedStatements(template, prefix).flatMap((statement) => statement.actions));
  const ofFunction = [...actions('FailoverRole')];
  expect(
    ofFunction.filter((action) => /^(glue|s3|kms):(Create|Delete(?!Object$)|.*Policy)/.test(action)),
  ).toEqual([]);
  expect(ofFunction).toEqual(expect.arrayContaining(['glue:UpdateTable', 's3:PutObject', 's3:GetObject']));
  const switching = allowedStatements(template).filter(({ actions: [action] }) =>
    action.toLowerCase().startsWith('lambda:update'),
  );
  expect(switching).toHaveLength(1);
  expect(switching[0].resources[0]).toMatch(/event-source-mapping:<OrdersProcessorSource/);
});

test('is clean by the four packs', () => {
  expect(synth().stack).toHaveNoNagFindings();
});

test.each<[string, Partial<LakeFailoverProps>, string]>([
  [
    'no table',
    { tables: [] },
    '"Standby/Failover" has no table to bring up. Name those of the standby in tables.',
  ],
  [
    'a timeout Lambda does not have',
    { timeout: Duration.minutes(16) },
    'timeout must be between 1 and 900 seconds. Received 960. Leave it out for fifteen minutes.',
  ],
])('refuses %s', (_, given, message) => {
  expect(() => synth(given)).toThrow(message);
});

test('refuses a table that is named twice, and a processor that reads already', () => {
  const { stack, standby } = synth();
  const bronze = standby.table(Zone.BRONZE);
  expect(() => new LakeFailover(stack, 'Twice', { tables: [bronze, bronze] })).toThrow(
    'The table glue://replica_bronze/orders is named twice in "Standby/Twice". Name it once.',
  );
  expect(() => synth({}, true)).toThrow(
    '"Standby/Orders/Processor/Source" reads already: its tables would not be empty when the copies are to take their ' +
      'place. Make its processor with enabled: false (in a DataProduct: processor: { enabled: false }).',
  );
});
