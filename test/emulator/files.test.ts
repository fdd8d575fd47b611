import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { gzipSync } from 'node:zlib';
import { fileColumns } from '../../lib/contract/file-columns';
import { quarantineSchema } from '../../lib/contract/quarantine-schema';
import { bronzeSchema } from '../../lib/contract/table-schema';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { Deployment } from '../handlers/deployment';
import { ordersContract } from '../handlers/orders';
import { optional } from '../skip';
import { MOTO, startMoto, type Moto } from '../stores/moto';

const BRONZE = 'glue://lake_bronze/orders';
const QUARANTINE = 'glue://lake_quarantine/orders';
const HEADER = 'order_id,quantity,amount,placed_at,customer,tags\n';
const row = (index: number, quantity: number | string): string =>
  `o-${index},${quantity},19.99,2026-03-01T10:00:00Z,"{""id"":${index}}","[""web""]"\n`;

/** The bundle as shipped, with its files in S3 and its tables in the Glue catalog. */
optional(MOTO)('files on an AWS emulator', () => {
  let moto: Moto;
  let deployment: Deployment;
  let s3: S3Client;
  let environment: Record<string, string>;

  beforeAll(async () => {
    moto = await startMoto();
    const contract = ordersContract();
    const columns = `export const columns = ${JSON.stringify(fileColumns(contract.schema()))};`;
    deployment = new Deployment(contract, process.execPath, {
      files: { 'file-columns.mjs': columns },
      environment: {},
    });
    s3 = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
    for (const Bucket of ['landing', 'lake']) {
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    const glue = new GlueClient({ endpoint: moto.endpoint });
    const partitionSpec = { 'spec-id': 0, fields: [] };
    for (const [zone, uri, schema] of [
      ['bronze', BRONZE, bronzeSchema(contract.schema())],
      ['quarantine', QUARANTINE, quarantineSchema()],
    ] as const) {
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: `lake_${zone}` } }));
      await createOrEvolveTable(uri, { schema, partitionSpec, location: `s3://lake/${zone}/orders` });
    }
    environment = {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
      LAKEHOUSE_BRONZE_TABLE: BRONZE,
      LAKEHOUSE_QUARANTINE_TABLE: QUARANTINE,
      LAKEHOUSE_FILE_LEDGER: 's3://lake/_ledger/lake_bronze/orders/',
      LAKEHOUSE_DISPOSITION: JSON.stringify({
        copyTo: { bucket: 'landing', prefix: 'done/' },
        deletes: true,
      }),
    };
  }, 60_000);
  afterAll(async () => {
    deployment?.remove();
    await moto?.stop();
  });

  /** Puts an object and tells of it as EventBridge does. */
  const land = async (key: string, content: string | Buffer): Promise<object> => {
    const Body = Buffer.from(content);
    const { VersionId, ETag } = await s3.send(new PutObjectCommand({ Bucket: 'landing', Key: key, Body }));
    return {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: '2026-03-01T02:00:00Z',
      detail: {
        bucket: { name: 'landing' },
        object: { key, size: Body.length, etag: ETag?.replaceAll('"', ''), 'version-id': VersionId },
      },
    };
  };
  const messages = (...bodies: object[]) => ({
    Records: bodies.map((body, i) => ({ messageId: `m-${i}`, body: JSON.stringify(body) })),
  });
  const keys = async (Bucket: string, Prefix: string): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.map(({ Key }) => Key ?? '');
  };
  const rowsOf = async (uri: string): Promise<number> =>
    (await (await openTable(uri)).dataFiles()).reduce((sum, { recordCount }) => sum + recordCount, 0);

  test('are taken in once, moved, noted; one that is refused stays', async () => {
    const good = await land('in/orders 1.csv.gz', gzipSync(HEADER + row(1, 1) + row(2, 'many') + row(3, 3)));
    const wrong = await land('in/wrong.csv', 'order_id\no-9\n');
    const first = deployment.takeFilesWith(environment, messages(good, wrong));
    expect(first.outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
    expect([await rowsOf(BRONZE), await rowsOf(QUARANTINE)]).toEqual([2, 2]);
    expect(await keys('landing', '')).toEqual(['done/in/orders 1.csv.gz', 'in/wrong.csv']);
    const ledger = await keys('lake', '_ledger/');
    expect(ledger).toHaveLength(2);
    const markers = await Promise.all(
      ledger.map(async (Key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
        return JSON.parse(await Body!.transformToString());
      }),
    );
    expect(markers).toContainEqual(
      expect.objectContaining({
        records: 3,
        disposed: true,
        file: expect.objectContaining({ bucket: 'landing' }),
      }),
    );

    const again = deployment.takeFilesWith(environment, messages(good, wrong, good));
    expect(again.outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
    expect([await rowsOf(BRONZE), await rowsOf(QUARANTINE)]).toEqual([2, 2]);
  });
});
