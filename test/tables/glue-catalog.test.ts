import { CreateDatabaseCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { openS3Store } from '../../lambda/stores/s3-store';
import { createOrEvolveTable, TableChange } from '../../lambda/tables/create-table';
import { GlueCatalog } from '../../lambda/tables/glue-catalog';
import { openTable } from '../../lambda/tables/open-table';
import { AppendOutcome } from '../../lambda/tables/table';
import { CommitConflict, CommitStateUnknown, TableNotFound } from '../../lambda/tables/table-catalog';
import { newTableMetadata } from '../../lambda/tables/table-metadata';
import { MemoryStore } from '../stores/memory-store';
import { MOTO, startMoto, type Moto } from '../stores/moto';
import { optional } from '../skip';
import { FakeGlue, glueError } from './fixtures/glue';
import { ingest, recordsOf, SCHEMA, UNPARTITIONED, upTo } from './fixtures/lanes';

const METADATA = newTableMetadata({
  location: 's3://lake/orders',
  schema: SCHEMA,
  partitionSpec: UNPARTITIONED,
  properties: {},
});

describe('Glue catalog', () => {
  const world = () => {
    const glue = new FakeGlue();
    const store = new MemoryStore();
    return { glue, store, catalog: new GlueCatalog(glue, 'sales', 'orders', async () => store) };
  };

  test('a table is declared as Iceberg engines expect it', async () => {
    const { glue, catalog } = world();
    const { metadataLocation } = await catalog.create(METADATA);
    expect(metadataLocation).toMatch(/^s3:\/\/lake\/orders\/metadata\/00000-[0-9a-f-]{36}\.metadata\.json$/);
    expect(glue.tables.get('orders')).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      Parameters: { table_type: 'ICEBERG', metadata_location: metadataLocation },
      StorageDescriptor: {
        Location: 's3://lake/orders',
        Columns: [
          { Name: 'lane', Type: 'string' },
          { Name: 'position', Type: 'bigint' },
        ],
      },
    });
  });

  test('a commit names its version, the previous metadata, and keeps what it does not own', async () => {
    const { glue, catalog } = world();
    const base = await catalog.create(METADATA);
    Object.assign(glue.tables.get('orders')!, { Description: 'Orders', Owner: 'sales' });
    glue.tables.get('orders')!.Parameters!.classification = 'confidential';
    const next = await catalog.commit(base, { ...METADATA, properties: { x: '1' } });
    expect(next.metadataLocation).toMatch(/\/00001-/);
    expect(glue.updates).toMatchObject([{ VersionId: '0', SkipArchive: true }]);
    expect(glue.tables.get('orders')).toMatchObject({
      Description: 'Orders',
      Owner: 'sales',
      Parameters: {
        table_type: 'ICEBERG',
        metadata_location: next.metadataLocation,
        previous_metadata_location: base.metadataLocation,
        classification: 'confidential',
      },
    });
    expect(await catalog.load(next)).toBe(next);
    expect((await catalog.load(base))?.metadata.properties).toEqual({ x: '1' });
  });

  test('what the contract says of a table is found in the catalog, and follows it', async () => {
    const { glue, catalog } = world();
    const facts = {
      'lakehouse.pii': 'true',
      'lakehouse.classification': 'confidential',
      'lakehouse.owner': 'sales',
    };
    const base = await catalog.create({
      ...METADATA,
      properties: { ...facts, 'write.format.default': 'parquet' },
    });
    expect(glue.tables.get('orders')!.Parameters).toEqual({
      table_type: 'ICEBERG',
      metadata_location: base.metadataLocation,
      PII: 'true',
      data_classification: 'confidential',
      owner: 'sales',
    });
    await catalog.commit(base, { ...METADATA, properties: { ...facts, 'lakehouse.pii': 'false' } });
    expect(glue.tables.get('orders')!.Parameters).toMatchObject({ PII: 'false', owner: 'sales' });
  });

  test('a stale base conflicts, and a table that exists cannot be created', async () => {
    const { catalog } = world();
    const base = await catalog.create(METADATA);
    await catalog.commit(base, METADATA);
    await expect(catalog.commit(base, METADATA)).rejects.toThrow(CommitConflict);
    await expect(catalog.create(METADATA)).rejects.toThrow(CommitConflict);
  });

  test('a writer that comes between reading the version and updating it makes a conflict', async () => {
    const { glue, catalog } = world();
    const base = await catalog.create(METADATA);
    const [first, second] = [catalog.commit(base, METADATA), catalog.commit(base, METADATA)];
    const settled = await Promise.allSettled([first, second]);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = settled.find((commit) => commit.status === 'rejected');
    expect(lost?.reason).toBeInstanceOf(CommitConflict);
    expect(lost?.reason.cause?.name).toBe('ConcurrentModificationException');
    expect(glue.updates).toHaveLength(1);
  });

  test.each([
    [glueError('InternalServiceException', 500), CommitStateUnknown],
    [glueError('TimeoutError', undefined as unknown as number), CommitStateUnknown],
    [glueError('ConcurrentModificationException', 400), CommitConflict],
  ])('%s becomes %p', async (error, kind) => {
    const { glue, catalog } = world();
    const base = await catalog.create(METADATA);
    const send = glue.send.bind(glue);
    jest
      .spyOn(glue, 'send')
      .mockImplementation((command) =>
        command.constructor.name === 'UpdateTableCommand' ? Promise.reject(error) : send(command),
      );
    await expect(catalog.commit(base, METADATA)).rejects.toThrow(kind);
  });

  test('a refusal is not taken for a conflict', async () => {
    const { glue, catalog } = world();
    const base = await catalog.create(METADATA);
    const send = glue.send.bind(glue);
    const denied = glueError('AccessDeniedException', 400);
    jest
      .spyOn(glue, 'send')
      .mockImplementation((command) =>
        command.constructor.name === 'UpdateTableCommand' ? Promise.reject(denied) : send(command),
      );
    await expect(catalog.commit(base, METADATA)).rejects.toBe(denied);
  });

  test('a table of another kind is refused', async () => {
    const { glue, catalog } = world();
    glue.tables.set('orders', { Name: 'orders', Parameters: { classification: 'csv' } });
    await expect(catalog.load()).rejects.toThrow('Glue table sales.orders is no Iceberg table');
  });
});

optional(MOTO)('moto', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await new S3Client({}).send(
      new CreateBucketCommand({
        Bucket: 'lake',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    await new GlueClient({}).send(
      new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales', LocationUri: 's3://lake/sales.db' } }),
    );
  });
  afterAll(() => moto?.stop());

  test('a Glue table is created, filled and read back', async () => {
    const uri = 'glue://sales/orders';
    await expect(openTable(uri)).rejects.toThrow(TableNotFound);
    const created = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    expect(created.change).toBe(TableChange.CREATED);
    const store = openS3Store();
    for (const first of [0, 5, 3]) {
      await ingest(created.table, store, { lane: 'a', first, last: first + 4 });
    }
    const table = await openTable(uri);
    expect(table.location).toBe('s3://lake/sales.db/orders');
    expect(await recordsOf(table, store)).toEqual({ a: upTo(10) });
    const { Table } = await new GlueClient({}).send(
      new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }),
    );
    expect(Table?.Parameters?.metadata_location).toBe(table.metadataLocation);
  });

  test('an S3 table is created, filled by racing writers, and read back', async () => {
    const uri = 's3://lake/direct/orders';
    await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    const store = openS3Store();
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, async () =>
        ingest(await openTable(uri), store, { lane: 'a', first: 0, last: 9 }),
      ),
    );
    expect(outcomes.sort()).toEqual([
      AppendOutcome.ALREADY_COMMITTED,
      AppendOutcome.ALREADY_COMMITTED,
      AppendOutcome.ALREADY_COMMITTED,
      AppendOutcome.COMMITTED,
    ]);
    expect(await recordsOf(await openTable(uri), store)).toEqual({ a: upTo(10) });
  });
});
