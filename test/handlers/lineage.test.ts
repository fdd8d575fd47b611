import fs from 'node:fs';
import path from 'node:path';
import { openTable } from '../../lambda/tables/open-table';
import { currentSnapshot } from '../../lambda/tables/table-metadata';
import { eventsIn } from '../lineage/open-lineage';
import { Deployment, kinesisEvent, sequence } from './deployment';
import { order, ordersContract } from './orders';

const STREAM = { namespace: 'arn:aws:kinesis:eu-central-1:123456789012', name: 'stream/orders' };

let deployment: Deployment;
let sink: string;
beforeAll(async () => {
  deployment = new Deployment(ordersContract(), process.execPath, {
    files: {},
    environment: { LAKEHOUSE_LINEAGE_SETTINGS: JSON.stringify({ owner: 'shop' }) },
  });
  await deployment.provision();
  await deployment.provisionSilver();
  sink = path.join(deployment.directory, 'lineage');
});
afterAll(() => deployment.remove());
/** What is told of a run of a built bundle. */
const told = (run: (environment: Record<string, string>) => unknown) => {
  const before = new Set(eventsIn(sink).map(({ run: { runId }, eventType }) => runId + eventType));
  run({ LAKEHOUSE_LINEAGE: `file://${sink}` });
  return eventsIn(sink).filter(({ run: { runId }, eventType }) => !before.has(runId + eventType));
};
const snapshotOf = async (uri: string) =>
  String(currentSnapshot((await openTable(uri)).metadata)!['snapshot-id']);
const name = (uri: string) => ({ namespace: 'file', name: uri.slice('file://'.length) });

test('a batch is told with its stream, the tables it went into, their snapshots and its rows; a replay is not', async () => {
  const batch = kinesisEvent(0, [order(1), order(2, { quantity: 0 }), order(3)]);
  const [start, complete, ...more] = told((environment) => deployment.ingestWith(environment, batch));
  expect(more).toEqual([]);
  expect(start).toMatchObject({
    eventType: 'START',
    job: { namespace: 'Lakehouse', name: 'orders.ingest' },
    inputs: [STREAM],
    outputs: [name(deployment.bronze), name(deployment.quarantine)],
  });
  expect(complete).toMatchObject({
    eventType: 'COMPLETE',
    run: { runId: start.run.runId },
    inputs: [
      {
        ...STREAM,
        inputFacets: {
          inputStatistics: { rowCount: 3 },
          lakehouse_lanes: {
            lanes: [{ lane: 'orders/shardId-000000000000', first: sequence(0), last: sequence(2) }],
          },
        },
      },
    ],
    outputs: [
      {
        ...name(deployment.bronze),
        facets: {
          version: { datasetVersion: await snapshotOf(deployment.bronze) },
          ownership: { owners: [{ name: 'team:shop' }] },
          dataSource: { uri: deployment.bronze },
        },
        outputFacets: { outputStatistics: { rowCount: 2, fileCount: 1, size: expect.any(Number) } },
      },
      {
        ...name(deployment.quarantine),
        facets: { version: { datasetVersion: await snapshotOf(deployment.quarantine) } },
        outputFacets: { outputStatistics: { rowCount: 1 } },
      },
    ],
  });
  const fields = complete.outputs[0].facets!.schema!.fields;
  expect(fields.find((field) => field.name === 'customer')).toEqual({
    name: 'customer',
    type: 'struct',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'vip', type: 'boolean' },
    ],
  });
  expect(fields.find((field) => field.name === 'tags')).toMatchObject({
    type: 'array',
    fields: [{ name: '_element', type: 'string' }],
  });
  expect(told((environment) => deployment.ingestWith(environment, batch))).toEqual([]);

  const refined = told((environment) => deployment.refine(environment, { refine: deployment.silver }));
  expect(refined).toMatchObject([
    { eventType: 'START', job: { name: 'orders.refine' } },
    {
      eventType: 'COMPLETE',
      inputs: [
        {
          ...name(deployment.bronze),
          facets: { version: { datasetVersion: await snapshotOf(deployment.bronze) } },
          inputFacets: { inputStatistics: { rowCount: 2 } },
        },
      ],
      outputs: [
        {
          ...name(deployment.silver),
          facets: {
            version: { datasetVersion: await snapshotOf(deployment.silver) },
            columnLineage: {
              fields: {
                amount: {
                  inputFields: [
                    {
                      ...name(deployment.bronze),
                      field: 'amount',
                      transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }],
                    },
                  ],
                },
              },
            },
          },
          outputFacets: { outputStatistics: { rowCount: 2 } },
        },
      ],
    },
  ]);
  expect(told((environment) => deployment.refine(environment, { refine: deployment.silver }))).toEqual([]);
});

test('a batch that fails is told with its reason, under the id it has when it comes again', () => {
  const batch = kinesisEvent(10, [order(1), order(2, { quantity: 0 })]);
  const failed = told((environment) =>
    deployment.ingestWith({ ...environment, LAKEHOUSE_REJECTIONS: 'halt' }, batch),
  );
  expect(failed).toMatchObject([
    { eventType: 'START' },
    {
      eventType: 'FAIL',
      inputs: [STREAM],
      outputs: [name(deployment.bronze)],
      run: { facets: { errorMessage: { message: expect.stringContaining('RecordsRejected') } } },
    },
  ]);
  const later = told((environment) => deployment.ingestWith(environment, batch));
  expect(later.map(({ eventType, run }) => [eventType, run.runId])).toEqual([
    ['COMPLETE', failed[0].run.runId],
  ]);
});

test('a sink that fails costs the batch nothing: it is committed, and the failure counted', async () => {
  const before = await snapshotOf(deployment.bronze);
  const blocked = path.join(deployment.directory, 'blocked');
  fs.writeFileSync(blocked, 'a file where the folder should be');
  const { outcomes, lines } = deployment.ingestWith(
    { LAKEHOUSE_LINEAGE: `file://${blocked}` },
    kinesisEvent(20, [order(1)]),
  );
  expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
  expect(await snapshotOf(deployment.bronze)).not.toBe(before);
  expect(lines).toContainEqual(expect.objectContaining({ message: 'Lineage not told', level: 'WARN' }));
  expect(lines).toContainEqual(expect.objectContaining({ LineageFailures: 1, Product: 'orders' }));
});

test('a sink nobody knows is refused, with those that there are', () => {
  const { outcomes } = deployment.ingestWith(
    { LAKEHOUSE_LINEAGE: 'ftp://lineage' },
    kinesisEvent(30, [order(1)]),
  );
  expect(outcomes[0].error).toContain(
    'LAKEHOUSE_LINEAGE is "ftp://lineage". Allowed: s3://<bucket>/<prefix>, gs://…, abfss://…, file:///<directory>, https://<endpoint>.',
  );
});
