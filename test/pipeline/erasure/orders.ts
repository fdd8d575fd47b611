import { AuditLog } from '../../../lambda/pipeline/erasure/audit-record';
import { eraseSubject, type ErasureRequest } from '../../../lambda/pipeline/erasure/erase-subject';
import type { MaskingKey } from '../../../lambda/pipeline/masking/masking-key';
import { readRows } from '../../../lambda/rows/read-rows';
import type { VersionErasure } from '../../../lambda/stores/version-erasure';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../../lambda/tables/table-metadata';
import type { IcebergPartitionSpec, IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import { MemoryStore } from '../../stores/memory-store';
import { FaultyStore, NO_FAULT } from '../../tables/fixtures/faults';
import { UNPARTITIONED } from '../../tables/fixtures/lanes';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';
import { fileTexts } from './file-texts';

export const BRONZE = 's3://lake/bronze/orders';
export const AUDIT = 's3://audit/erasures';
export const SCHEMA = schemaOf({ customer_id: 'long', email: 'string' });

/** The third customer is the one to be erased. */
export const row = (id: number) => ({ customer_id: BigInt(id), email: `c${id}@example.com` });

export function schemaOf(columns: { readonly [name: string]: IcebergType }): IcebergSchema {
  const fields = Object.entries(columns).map(([name, type], i) => ({
    id: i + 1,
    name,
    required: false,
    type,
  }));
  return { type: 'struct', fields };
}

export async function open(store: MemoryStore, uri = BRONZE, fault = NO_FAULT()): Promise<IcebergTable> {
  const faulty = new FaultyStore(store, fault);
  const catalog = new DirectoryCatalog(faulty, uri);
  const version = await catalog.load();
  if (!version) throw new Error(`No Iceberg table at ${uri}`);
  return new IcebergTable(uri, catalog, faulty, version);
}

export async function create(
  store: MemoryStore,
  uri = BRONZE,
  schema = SCHEMA,
  partitionSpec: IcebergPartitionSpec = UNPARTITIONED,
): Promise<IcebergTable> {
  const metadata = newTableMetadata({ location: uri, schema, partitionSpec, properties: {} });
  await new DirectoryCatalog(store, uri).create(metadata);
  return open(store, uri);
}

/** Customers 1 to 4 and 9 in four commits; 1 and 3 twice. */
export async function filled(store: MemoryStore): Promise<IcebergTable> {
  const table = await create(store);
  let position = 0;
  for (const ids of [[1, 2], [3], [3, 4], [1, 9]]) {
    const at = String(position++);
    await appendRows(table, ids.map(row), [{ lane: 'a', first: at, last: at }]);
  }
  return table;
}

export const request = (more: Partial<ErasureRequest> = {}): ErasureRequest => ({
  id: 'r-1',
  requestedBy: 'dpo',
  subject: { fields: [{ column: 'customer_id', values: ['3'] }] },
  tables: [BRONZE],
  ...more,
});

export interface RunOptions {
  readonly fault?: ReturnType<typeof NO_FAULT>;
  readonly versions?: VersionErasure;
  readonly maskingKeys?: readonly MaskingKey[];
}

export const run = async (
  store: MemoryStore,
  asked = request(),
  { fault = NO_FAULT(), versions, maskingKeys }: RunOptions = {},
) => {
  const { record } = await eraseSubject(asked, {
    open: (uri) => open(store, uri, fault),
    versionsOf: async () => versions,
    audit: new AuditLog(new FaultyStore(store, fault), AUDIT),
    maskingKeys,
    now: () => new Date('2027-01-01T00:00:00Z'),
  });
  return record;
};

export const ids = async (store: MemoryStore, uri = BRONZE) =>
  (await rowsOf(await open(store, uri))).map((one) => Number(one.customer_id)).sort();

/** Objects that tell of customer 3, by its rows, or by the e-mail address in whatever they hold. */
export async function telling(store: MemoryStore, schema = SCHEMA): Promise<string[]> {
  const found: string[] = [];
  for (const [uri, { bytes }] of store.objects) {
    let tells = uri.includes('customer_id=3/') || (await fileTexts(uri, bytes)).includes('c3@example');
    if (uri.endsWith('.parquet')) {
      for await (const rows of readRows(uri, bytes, schema))
        tells ||= rows.some(({ customer_id: id }) => Number(id) === 3);
    }
    if (tells) found.push(uri);
  }
  return found;
}
