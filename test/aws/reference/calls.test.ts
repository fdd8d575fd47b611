import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { exampleGold, readContracts } from '../../../bin/reference-contracts';
import { ReferenceStack } from '../../../bin/reference-stack';
import type { DetachedResource } from '../../../lib/local/emulator/deployed-stack';
import { functionDefinition } from '../../../lib/local/functions/function-definition';
import { FunctionPool } from '../../../lib/local/functions/function-pool';
import { workerModule } from '../../../lib/local/package-root';
import { kinesisEvent, type StreamRecord } from '../../../lib/local/streams/stream-record';
import { CloudAssembly } from '../../../lib/local/template/assembly';
import { detachedAssembly, EmulatedStack } from '../../emulator/emulated-stack';
import { optional } from '../../skip';
import { MOTO, startMoto, type Moto } from '../../stores/moto';
import { REASONS } from './permissions';
import { type Call, isPermitted, RecordingProxy, type Statement } from './recorded-calls';
import { stageAssets } from '../../stage-assets';

stageAssets();
void isPermitted;
type S = Statement;
export type X = S;

const PLACE = { account: '123456789012', region: 'eu-west-1' };
const STREAM = {
  streamArn: `arn:aws:kinesis:${PLACE.region}:${PLACE.account}:stream/flights`,
  region: PLACE.region,
  roleArn: `arn:aws:iam::${PLACE.account}:role/flights`,
};
const FUNCTIONS = [
  'CatalogTables',
  'FlightsProcessor',
  'FlightsSilverProcessor',
  'DelayByDistanceTransform',
  'DelayByDistanceSilverGate',
  'DelayByDistanceGoldGate',
];

/**
 * What is granted, and called by no function here. What is not called and has no reason here fails the test, and so does a
 * reason for what is called.
 */
const NOT_CALLED: readonly { readonly by: RegExp; readonly what: RegExp; readonly why: string }[] = [
  {
    by: /./,
    what: /^glue:GetDatabase on /,
    why: 'Athena looks at the database before its tables; a function only for a table without a location',
  },
  {
    by: /./,
    what: /^s3:ListBucket on /,
    why: 'S3 says that an object is absent only to who may list; maintenance, which lists, has a role of its own',
  },
  {
    by: /^DelayByDistance/,
    what: /^s3:(Get|Put)Object on .*:lakehouse-queryresultsbucket/,
    why: 'Athena reads and writes the results of queries under the role; that of an emulator does not',
  },
  {
    by: /^FlightsSilverProcessor$/,
    what: /^(glue:UpdateTable|s3:(Put|Delete)Object) on .*(quarantine|flights_quality)/,
    why: 'A rule is broken by none of these rows, so that nothing is held back and no result is kept: test/pipeline/quality',
  },
];

/** What holds data or messages is made; functions run here, and roles are read. */
const MADE = new Set(['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SQS::Queue', 'AWS::Kinesis::Stream']);

optional(MOTO)('what the functions of the reference app call', () => {
  let moto: Moto;
  let proxy: RecordingProxy;
  let directory: string;
  let detached: DetachedResource[];
  let assembly: CloudAssembly;
  const failures: string[] = [];
  const pools: FunctionPool[] = [];

  beforeAll(async () => {
    moto = await startMoto();
    proxy = new RecordingProxy(moto.endpoint, PLACE);
    const url = await proxy.start();
    directory = mkdtempSync(join(tmpdir(), 'calls-'));
    const contracts = readContracts(['examples/contracts/flights.odcs.yaml']);
    const app = new App();
    const stack = new ReferenceStack(app, 'Lakehouse', { contracts, gold: exampleGold(), env: PLACE });
    const out = detachedAssembly(app, join(directory, 'out'), MADE);
    const emulated = await EmulatedStack.at(moto.endpoint, stack);
    await emulated.create(emulated.templateIn(out));
    detached = await emulated.left(out);
    assembly = new CloudAssembly(app.synth().directory);
    for (const { properties } of ofType('AWS::Glue::Database'))
      await emulated.call(
        'glue',
        'POST',
        '/',
        { DatabaseInput: properties.DatabaseInput },
        'AWSGlue.CreateDatabase',
      );
    for (const { properties } of ofType('AWS::Athena::WorkGroup'))
      await emulated.call('athena', 'POST', '/', { Name: properties.Name }, 'AmazonAthena.CreateWorkGroup');
    await run(url);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await proxy?.stop();
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const ofType = (type: string): DetachedResource[] =>
    detached.filter((resource) => resource.type.startsWith(type));

  /** Tables are made, records come in, bad ones among them, in two batches; silver, gates and gold follow. */
  async function run(url: string): Promise<void> {
    const invoke = async (name: string, ...events: unknown[]): Promise<void> => {
      const pool = poolOf(name, url);
      for (const event of events) {
        const { error } = await pool.invoke(event);
        if (error) failures.push(`${name}: ${error.message}`);
      }
    };
    const tables = ofType('Custom::LakehouseIcebergTable').map(({ properties }) => properties);
    const ask = (RequestType: string, more: object = {}) =>
      tables.map((table) => ({
        RequestType,
        ResourceProperties: { ...table, Properties: { ...(table.Properties as object), ...more } },
        PhysicalResourceId: table.TableUri,
      }));
    // One old metadata file is kept from then on, so that every change clears one away.
    const few = { 'write.metadata.previous-versions-max': '1' };
    const smaller = { ...few, 'write.target-file-size-bytes': String(64 * 1024 * 1024) };
    await invoke('CatalogTables', ...ask('Create'), ...ask('Update', few), ...ask('Update', smaller));
    for (const batch of [1, 2]) {
      await invoke('FlightsProcessor', kinesisEvent(flights(batch), 'shardId-000000000000', STREAM));
      await invoke('FlightsSilverProcessor', { refine: 'glue://lakehouse_silver/flights' });
    }
    await invoke('DelayByDistanceTransform', { transform: 'glue://lakehouse_gold/delay_by_distance' });
    await invoke('DelayByDistanceSilverGate', { gate: 'glue://lakehouse_silver/flights' });
    await invoke('DelayByDistanceGoldGate', { gate: 'glue://lakehouse_gold/delay_by_distance' });
  }

  function poolOf(name: string, url: string): FunctionPool {
    const [{ logicalId, properties }] = ofType('AWS::Lambda::Function').filter(({ logicalId: id }) =>
      new RegExp(`^${name}Handler[0-9A-F]{8}$`).test(id),
    );
    const resource = assembly.ofType('AWS::Lambda::Function').find((one) => one.logicalId === logicalId);
    const definition = resource && functionDefinition(assembly, resource);
    if (definition === undefined) throw new Error(`${name} has no code`);
    const environment = {
      ...(properties.Environment as { Variables: Record<string, string> } | undefined)?.Variables,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: PLACE.region,
      // The caller is known by it.
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const pool = new FunctionPool(
      { definition, worker: workerModule(), output: () => undefined, environment },
      1,
    );
    pools.push(pool);
    return pool;
  }

  const callsOf = (name: string): Call[] => proxy.calls.filter(({ caller }) => caller === name);

  test('is known, and comes to an end', () => {
    expect(failures).toEqual([]);
    expect(proxy.unknown).toEqual([]);
    expect([...new Set(proxy.calls.map(({ caller }) => caller))]).toEqual(FUNCTIONS);
  });

  test.each(FUNCTIONS)('%s calls nothing that its role does not permit on just that resource', (name) => {
    const statements = policyOf(name);
    expect(callsOf(name).filter((call) => !isPermitted(statements, call))).toEqual([]);
  });

  test.each(FUNCTIONS)('%s may do nothing that neither it nor AWS for it is known to do', (name) => {
    const calls = callsOf(name);
    const called = new Set(calls.map(({ action }) => action));
    // What AWS calls for a function has a reason without code.
    for (const action of called) expect(REASONS[action].code).toBeDefined();
    const unused = policyOf(name).flatMap((statement) =>
      [statement.Action].flat().flatMap((Action) =>
        [statement.Resource].flat().flatMap((Resource) => {
          const one = [{ ...statement, Action, Resource }];
          const isUsed = calls.some((call) =>
            call.resources.some((resource) => isPermitted(one, { ...call, resources: [resource] })),
          );
          return isUsed || REASONS[Action].code === undefined ? [] : [`${Action} on ${Resource}`];
        }),
      ),
    );
    const reasons = NOT_CALLED.filter(({ by }) => by.test(name));
    expect(unused.filter((place) => !reasons.some(({ what }) => what.test(place)))).toEqual([]);
    expect(reasons.filter(({ what }) => !unused.some((place) => what.test(place)))).toEqual([]);
  });

  test.each(FUNCTIONS)('%s could not do the same to another product', (name) => {
    const statements = policyOf(name);
    const elsewhere = callsOf(name)
      .map((call) => ({
        ...call,
        resources: call.resources.map((one) =>
          one.replace(/\/(flights|delay_by_distance)(?=\/|_|$)/, '/orders'),
        ),
      }))
      .filter((call, index) => call.resources.join() !== callsOf(name)[index].resources.join());
    expect(elsewhere).not.toEqual([]);
    // Tables are made by one function for all products.
    const permitted = elsewhere.filter((call) => isPermitted(statements, call));
    expect(permitted).toEqual(name === 'CatalogTables' ? elsewhere : []);
  });

  function policyOf(name: string): Statement[] {
    const policy = new RegExp(`^${name}RoleDefaultPolicy[0-9A-F]{8}$`);
    return ofType('AWS::IAM::Policy')
      .filter(({ logicalId }) => policy.test(logicalId))
      .flatMap(
        ({ properties }) => (properties.PolicyDocument as unknown as { Statement: Statement[] }).Statement,
      );
  }
});

function flights(batch: number): StreamRecord[] {
  const values = [
    JSON.stringify({ delay: 14, distance: 405, time: 9.5 }),
    JSON.stringify({ delay: -3, distance: 2475, date: '2001/01/10 18:20' }),
    'not json',
  ];
  return values.map((value, index) => ({
    sequenceNumber: String(batch * 100 + index),
    partitionKey: 'a',
    data: Buffer.from(value).toString('base64'),
    arrivedAt: Date.now(),
  }));
}
