import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { openTable } from '../../lambda/tables/open-table';
import { detachUnsupported } from '../../lib/local/emulator/detach';
import { EmulatorRun } from '../../lib/local/emulator/emulator-run';
import { MOTO_SUPPORTED_TYPES } from '../../lib/local/emulator/supported-types';
import { packageRoot, workerModule } from '../../lib/local/package-root';
import { optional } from '../skip';
import { MOTO, startMoto } from '../stores/moto';
import type { Moto } from '../stores/moto';

const run = promisify(execFile);
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

interface Earthquakes {
  readonly features: object[];
}

/** The reference app, deployed by the real CDK CLI to moto; the shipped bundle then works on moto's services. */
optional(MOTO)('the reference stack on an AWS emulator', () => {
  let moto: Moto;
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  const before = { ...process.env };

  const cdk = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(
      process.execPath,
      [join(packageRoot(), 'node_modules/aws-cdk/bin/cdk'), ...args, '--ci', '--no-notices'],
      { cwd: directory, env: environment, maxBuffer: 1 << 26 },
    );
    return stdout + stderr;
  };

  /** Synthesizes the app with some of its contracts and writes the copy the emulator can deploy. */
  const synthesize = async (name: string, contracts: string[]): Promise<string> => {
    const [assembly, out] = [join(directory, name), join(directory, `${name}.emulator`)];
    await cdk(
      'synth',
      '--quiet',
      '--app',
      `node ${join(packageRoot(), 'dist/bin/reference-app.js')}`,
      '--output',
      assembly,
      '--context',
      `contracts=${contracts.map((contract) => join(packageRoot(), 'examples/contracts', contract)).join(',')}`,
    );
    detachUnsupported({ assembly, out, supported: MOTO_SUPPORTED_TYPES, account: ACCOUNT, region: REGION });
    return out;
  };
  const deploy = (assembly: string): Promise<string> =>
    cdk('deploy', '--app', assembly, '--method=direct', '--require-approval', 'never');

  beforeAll(async () => {
    moto = await startMoto();
    directory = mkdtempSync(join(tmpdir(), 'emulator-'));
    writeFileSync(join(directory, 'package.json'), '{}');
    environment = {
      PATH: process.env.PATH,
      HOME: directory,
      CDK_VALIDATION: 'false',
      // The CLI wants the host name, the handlers' S3 client the address.
      AWS_ENDPOINT_URL: moto.endpoint.replace('127.0.0.1', 'localhost'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    await cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
  }, 60_000);

  afterAll(async () => {
    process.env = before;
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('deploys, fills its tables, updates, does nothing when nothing changed, and is destroyed', async () => {
    const first = await synthesize('first', ['earthquakes.odcs.yaml', 'movies.odcs.yaml']);
    expect(await deploy(first)).toMatch(/✅ {2}Lakehouse\n/);

    const emulator = await EmulatorRun.connect({
      assembly: first,
      stack: 'Lakehouse',
      endpoint: { url: moto.endpoint, region: REGION },
      worker: workerModule(),
      output: () => undefined,
    });
    const tables = await emulator.provisionTables();
    // Bronze, quarantine, silver and the results of the gates, of two products.
    expect(tables).toHaveLength(8);

    const events = readEarthquakes();
    const notJson = Buffer.from('not json');
    const payloads = [...events.map((event) => Buffer.from(JSON.stringify(event))), notJson];
    const stream = await streamOf('Earthquakes');
    await put(stream, payloads);
    const delivered = await emulator.deliver(() => true);
    expect([...delivered.records.values()]).toEqual([payloads.length]);
    expect(delivered.discarded).toBe(0);

    Object.assign(process.env, environment, { AWS_ENDPOINT_URL: moto.endpoint });
    const bronze = tables.find((uri) => /bronze/.test(uri) && /earthquake/.test(uri)) ?? '';
    const quarantine = tables.find((uri) => /quarantine/.test(uri) && /earthquake/.test(uri)) ?? '';
    const filled = [await rowsOf(bronze), await rowsOf(quarantine)];
    expect(filled).toEqual([events.length, 1]);

    const silver = tables.find((uri) => /silver/.test(uri) && /earthquakes$/.test(uri)) ?? '';
    expect((await emulator.refine()).sort()).toEqual(
      tables.filter((uri) => /silver\/[a-z]+$/.test(uri)).sort(),
    );
    // Each event has an id of its own.
    expect(await rowsOf(silver)).toBe(events.length);

    // The same records once more, from the start of the stream: a replay changes nothing.
    await emulator.deliver(() => true);
    await emulator.refine();
    expect([await rowsOf(bronze), await rowsOf(quarantine)]).toEqual(filled);
    expect(await rowsOf(silver)).toBe(events.length);

    expect(await deploy(first)).toMatch(/no changes/);
    const second = await synthesize('second', [
      'earthquakes.odcs.yaml',
      'movies.odcs.yaml',
      'flights.odcs.yaml',
    ]);
    expect(await deploy(second)).toMatch(/✅ {2}Lakehouse\n/);
    const after = await EmulatorRun.connect({
      assembly: second,
      stack: 'Lakehouse',
      endpoint: { url: moto.endpoint, region: REGION },
      worker: workerModule(),
      output: () => undefined,
    });
    expect(await after.provisionTables()).toHaveLength(12);
    expect([await rowsOf(bronze), await rowsOf(quarantine)]).toEqual(filled);

    expect(await cdk('destroy', '--app', second, '--force')).toMatch(/destroyed/);
  }, 240_000);

  function readEarthquakes(): object[] {
    const file = join(packageRoot(), 'node_modules/vega-datasets/data/earthquakes.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as Earthquakes).features;
  }

  const kinesis = (): KinesisClient =>
    new KinesisClient({
      endpoint: moto.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: new NodeHttpHandler(),
    });

  async function streamOf(product: string): Promise<string> {
    const { ListStreamsCommand } = await import('@aws-sdk/client-kinesis');
    const { StreamNames = [] } = await kinesis().send(new ListStreamsCommand({}));
    const name = StreamNames.find((candidate) => candidate.includes(product));
    if (name === undefined) throw new Error(`No stream of ${product} among ${StreamNames.join(', ')}`);
    return name;
  }

  async function put(stream: string, payloads: Buffer[]): Promise<void> {
    for (let start = 0; start < payloads.length; start += 500) {
      await kinesis().send(
        new PutRecordsCommand({
          StreamName: stream,
          Records: payloads
            .slice(start, start + 500)
            .map((Data, index) => ({ Data, PartitionKey: String(start + index) })),
        }),
      );
    }
  }

  async function rowsOf(uri: string): Promise<number> {
    const table = await openTable(uri);
    const files = await table.currentDataFiles();
    return files.reduce((rows, file) => rows + file.recordCount, 0);
  }
});
