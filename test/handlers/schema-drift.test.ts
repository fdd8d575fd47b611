import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DataContract } from '../../lib/contract';
import { fileColumns } from '../../lib/contract/file-columns';
import { Deployment, kinesisEvent } from './deployment';
import { readTable } from './read-table';

const CONTRACT = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: readings-contract
name: readings
version: 1.0.0
status: active
schema:
  - name: readings
    properties:
      - { name: id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: serial, logicalType: string, criticalDataElement: true }
      - name: samples
        logicalType: array
        items: { logicalType: object, properties: [{ name: value, logicalType: number }] }
`);
const GOOD = { id: 1, serial: 's-1', samples: [{ value: 1 }] };

let deployment: Deployment;
beforeEach(async () => {
  deployment = new Deployment(CONTRACT, process.execPath, {
    files: {
      'file-columns.mjs': `export const columns = ${JSON.stringify(fileColumns(CONTRACT.schema()))};`,
    },
    environment: {},
  });
  await deployment.provision();
});
afterEach(() => deployment.remove());

const sum = (lines: any[], metric: string): number =>
  lines.reduce((total, line) => total + (line[metric] ?? 0), 0);
const told = (lines: any[]) =>
  lines
    .filter(({ message }) => message === 'Schema drift')
    .map(({ drift: { kind, path: place, found, count } }) => [kind, place, found, count]);

test('of a stream: each drift is told once in a container, and counted in every batch', async () => {
  const drifting = [
    GOOD,
    { ...GOOD, firmware: 'secret-1' },
    { ...GOOD, serial: null },
    { ...GOOD, samples: [{ value: 1, unit: 'secret-2' }] },
    { ...GOOD, id: 'secret-3' },
  ].map((value) => JSON.stringify(value));
  const { outcomes, lines } = deployment.ingest(
    kinesisEvent(1, [JSON.stringify(GOOD)]),
    kinesisEvent(2, drifting),
    kinesisEvent(7, drifting),
    // Delivered again: what is in the tables already drifts no more.
    kinesisEvent(7, drifting),
  );
  expect(outcomes.every(({ response }) => response !== undefined)).toBe(true);
  expect(told(lines)).toEqual([
    ['unknown-field', 'firmware', 'string', 1],
    ['missing-critical', 'serial', 'null', 1],
    ['unknown-field', 'samples[].unit', 'string', 1],
    ['wrong-type', 'id', 'string', 1],
  ]);
  expect(lines.flatMap(({ SchemaDrift }) => SchemaDrift ?? [])).toEqual([0, 3, 3, 0]);
  expect(lines.flatMap(({ CriticalFieldAnomalies }) => CriticalFieldAnomalies ?? [])).toEqual([0, 1, 1, 0]);
  expect(JSON.stringify(lines)).not.toContain('secret');
  const { schemaHash, seenHash } = lines.find(({ message }) => message === 'Schema drift');
  expect(schemaHash).toBe(CONTRACT.schema().schemaHash);
  expect(seenHash).toMatch(/^[0-9a-f]{16}$/);
  // What drifts is kept all the same.
  const [{ rows }] = await readTable(deployment.bronze, 'count(*) AS rows', 'ALL');
  expect(rows).toBe('9');
});

test('of files: records and headers alike', () => {
  const landing = path.join(deployment.directory, 'landing');
  fs.mkdirSync(landing, { recursive: true });
  const land = (key: string, content: string) => {
    fs.writeFileSync(path.join(landing, key), content);
    const etag = createHash('md5').update(content).digest('hex');
    return {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: '2026-03-01T02:00:00Z',
      detail: {
        bucket: { name: `file://${landing}` },
        object: { key, size: Buffer.byteLength(content), etag },
      },
    };
  };
  const lines = [
    land('a.jsonl', [GOOD, { ...GOOD, firmware: 1 }, { id: 2 }].map((one) => JSON.stringify(one)).join('\n')),
    land('b.csv', 'id,serial,colour\n1,s-1,red\n'),
  ].flatMap((event) => deployment.takeFiles(event).lines);
  expect(told(lines)).toEqual([
    ['unknown-field', 'firmware', 'number', 1],
    ['missing-critical', 'serial', 'absent', 1],
    ['missing-required', 'samples', 'absent', 1],
    ['unknown-field', 'colour', 'string', 1],
  ]);
  expect([sum(lines, 'SchemaDrift'), sum(lines, 'CriticalFieldAnomalies')]).toEqual([3, 1]);
});
