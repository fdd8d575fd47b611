import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { ingest } from '../../lambda/pipeline/ingest';
import { IngestLineage } from '../../lambda/signals/lineage/ingest-lineage';
import { DirectoryCatalog } from '../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../lambda/tables/table-metadata';
import { miniature, record } from '../pipeline/in-memory-lake';
import { MemoryStore } from '../stores/memory-store';
import { eventsIn } from './open-lineage';

const RECORDS = 12;
const delivery = fc.record({ back: fc.nat(4), size: fc.integer({ min: 1, max: 5 }) });

async function tableAt(uri: string): Promise<IcebergTable> {
  const store = new MemoryStore();
  const catalog = new DirectoryCatalog(store, uri);
  const metadata = newTableMetadata({
    location: uri,
    schema: { type: 'struct', fields: [] },
    partitionSpec: { 'spec-id': 0, fields: [] },
    properties: {},
  });
  await catalog.create(metadata);
  return new IcebergTable(uri, catalog, store, (await catalog.load())!);
}

test('each commit that holds rows is an output of exactly one run that was told as complete, and of no other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { minLength: 1, maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: RECORDS, maxLength: RECORDS }),
      async (deliveries, refused) => {
        const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'every-commit-'));
        const [bronze, quarantine] = [await tableAt('s3://b/bronze'), await tableAt('s3://b/quarantine')];
        const lineage = new IngestLineage(
          { sink: `file://${directory}`, settings: {}, product: 'orders', metricNamespace: 'Lakehouse' },
          { bronze, quarantine },
        );
        let checkpoint = 0;
        for (const { back, size } of deliveries) {
          const from = Math.max(0, checkpoint - back);
          const to = Math.min(RECORDS, from + size);
          checkpoint = Math.max(checkpoint, to);
          const batch = Array.from({ length: to - from }, (_, i) => record(from + i));
          const report = await ingest(batch, {
            ...miniature(({ position }) => !refused[Number(position)]),
            bronze: { table: bronze, store: bronze.store },
            quarantine: { table: quarantine, store: quarantine.store },
          });
          await lineage.ingested(report, ['arn:aws:kinesis:eu-central-1:1:stream/orders'], Date.now());
        }
        const told = eventsIn(directory)
          .filter(({ eventType }) => eventType === 'COMPLETE')
          .flatMap(({ outputs }) =>
            outputs.map(({ name, facets }) => `${name} ${facets?.version?.datasetVersion}`),
          );
        const committed = [bronze, quarantine].flatMap(({ location, metadata }) =>
          metadata.snapshots
            .filter(({ summary }) => Number(summary?.['added-records']) > 0)
            .map((snapshot) => `${location.slice('s3://b/'.length)} ${snapshot['snapshot-id']}`),
        );
        expect(told.sort()).toEqual(committed.sort());
        fs.rmSync(directory, { recursive: true });
      },
    ),
    { numRuns: 30 },
  );
});
