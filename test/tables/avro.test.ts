import avsc from 'avsc';
import fc from 'fast-check';
import { once } from 'node:events';
import { avroCodec, AvroInput, AvroOutput, type AvroSchema } from '../../lambda/tables/avro-codec';
import { readAvroFile, writeAvroFile } from '../../lambda/tables/avro-container';
import {
  EntryStatus,
  readManifest,
  toDataFileStruct,
  fromDataFileStruct,
  writeManifest,
} from '../../lambda/tables/manifest';
import {
  fieldSummaries,
  readManifestList,
  writeManifestList,
  type ManifestFile,
} from '../../lambda/tables/manifest-list';
import { partitionType } from '../../lambda/tables/schema';
import type { DataFile, PartitionValue } from '../../lambda/tables/data-file';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';

/** A long type of the oracle that is exact beyond 2^53. */
const exactLong = (avsc.types.LongType as any).__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});
const oracle = (schema: AvroSchema) =>
  avsc.Type.forSchema(structuredClone(schema) as avsc.Schema, {
    registry: { long: exactLong },
    omitRecordMethods: true,
    wrapUnions: false,
  });

const SCHEMA: AvroSchema = {
  type: 'record',
  name: 'everything',
  fields: [
    { name: 'flag', type: 'boolean', 'field-id': 1 },
    { name: 'int', type: 'int' },
    { name: 'long', type: ['null', 'long'] },
    { name: 'text', type: 'string' },
    { name: 'bytes', type: 'bytes' },
    { name: 'double', type: 'double' },
    { name: 'fixed', type: { type: 'fixed', name: 'three', size: 3 } },
    { name: 'again', type: ['null', 'three'] },
    { name: 'list', type: { type: 'array', items: 'long' } },
    { name: 'map', type: { type: 'map', values: 'string' } },
    { name: 'kind', type: { type: 'enum', name: 'kinds', symbols: ['A', 'B'] } },
  ],
};

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 8 }).map((value) => Buffer.from(value));
const three = fc.uint8Array({ minLength: 3, maxLength: 3 }).map((value) => Buffer.from(value));
const RECORD = fc.record({
  flag: fc.boolean(),
  int: fc.integer(),
  long: fc.option(long),
  text: fc.string({ unit: 'grapheme' }),
  bytes,
  double: fc.double({ noNaN: true }),
  fixed: three,
  again: fc.option(three),
  list: fc.array(long),
  // The oracle loses the one key that is no key of a plain object.
  map: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.string(),
    { noNullPrototype: true },
  ),
  kind: fc.constantFrom('A', 'B'),
});
const asLong = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
const asRead = (record: any) => ({
  ...record,
  long: record.long === null ? null : asLong(record.long),
  list: record.list.map(asLong),
});

test('encodes what avsc encodes, byte for byte, and reads it back', () => {
  const type = oracle(SCHEMA);
  const codec = avroCodec(SCHEMA);
  fc.assert(
    fc.property(RECORD, (record) => {
      const output = new AvroOutput();
      codec.write(output, record);
      expect(output.finish().equals(type.toBuffer(record))).toBe(true);
      expect(codec.read(new AvroInput(output.finish()))).toEqual(asRead(record));
    }),
    { numRuns: 300 },
  );
});

test.each(['null', 'deflate'])('reads containers that avsc writes with codec %s', async (codec) => {
  const records = fc.sample(RECORD, 250);
  const encoder = new avsc.streams.BlockEncoder(oracle(SCHEMA), {
    codec: codec as any,
    blockSize: 2000,
    writeHeader: true,
  } as any);
  const chunks: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const record of records) encoder.write(record);
  encoder.end();
  await once(encoder, 'end');
  expect(readAvroFile(Buffer.concat(chunks)).records).toEqual(records.map(asRead));
});

test('writes containers that avsc reads, and keeps attributes and metadata', async () => {
  const records = fc.sample(RECORD, 1200);
  const file = writeAvroFile(SCHEMA, records, { purpose: 'test' });
  expect(await readWithAvsc(file)).toEqual(records);
  const { schema, metadata } = readAvroFile(file);
  expect(schema).toEqual(SCHEMA);
  expect(metadata).toMatchObject({ purpose: 'test', 'avro.codec': 'deflate' });
});

test('negative block counts, which announce the size in bytes, are read', () => {
  const codec = avroCodec({ type: 'array', items: 'int' });
  const output = new AvroOutput();
  output.long(-2);
  output.long(2);
  output.long(7);
  output.long(8);
  output.long(0);
  expect(codec.read(new AvroInput(output.finish()))).toEqual([7, 8]);
});

test('damaged files are refused', () => {
  const file = writeAvroFile('int', [1, 2, 3], {});
  expect(() => readAvroFile(Buffer.from('PAR1'))).toThrow('Not an Avro object container file');
  expect(() => readAvroFile(file.subarray(0, file.length - 3))).toThrow('ends too early');
  const broken = Buffer.from(file);
  broken[broken.length - 1] ^= 1;
  expect(() => readAvroFile(broken)).toThrow('sync marker');
});

describe('manifests', () => {
  const source = (id: number, type: string) => ({ id, name: `c${id}`, required: false, type });
  const TYPES = [
    'string',
    'long',
    'timestamptz',
    'date',
    'decimal(20,3)',
    'uuid',
    'boolean',
    'double',
    'binary',
    'int',
  ];
  const schema: IcebergSchema = {
    type: 'struct',
    'schema-id': 3,
    fields: TYPES.map((type, i) => source(i + 1, type)),
  };
  const spec = {
    'spec-id': 2,
    fields: TYPES.map((_, i) => ({
      'source-id': i + 1,
      'field-id': 1000 + i,
      name: i === 0 ? 'a b' : `p${i}`,
      transform: 'identity',
    })),
  };
  const partition = partitionType(schema, spec)!;
  const dataFile = (values: PartitionValue[]): DataFile => ({
    content: 0,
    filePath: 's3://b/t/data/x.parquet',
    fileFormat: 'PARQUET',
    specId: 2,
    partition: values,
    recordCount: 10,
    fileSizeInBytes: 2 ** 40,
    columnSizes: new Map([[1, 100]]),
    valueCounts: new Map([[1, 10]]),
    nullValueCounts: new Map([[1, 0]]),
    nanValueCounts: new Map(),
    lowerBounds: new Map([[1, Buffer.from('a')]]),
    upperBounds: new Map([[1, Buffer.from('z')]]),
    splitOffsets: [4, 2 ** 33],
    sortOrderId: 0,
    equalityIds: undefined,
  });
  const uuid = 'f79c3e09-677c-4bbd-a479-3f349cb785e7';
  const FULL = ['ü', 2n ** 62n, -1n, 17486, -1234567890123456789n, uuid, true, 0.5, Buffer.from([1, 2]), -5];
  const EMPTY = TYPES.map(() => null);

  test('a data file comes back from a manifest as it went in, with what it inherits', async () => {
    const files = [dataFile(FULL), dataFile(EMPTY)];
    const entries = files.map((file) => ({
      status: EntryStatus.ADDED,
      snapshot_id: 3051729675574597004n,
      sequence_number: null,
      file_sequence_number: null,
      data_file: toDataFileStruct(file, partition),
    }));
    const bytes = writeManifest({ schema, spec, partition }, entries);
    const manifest = { sequence_number: 17, added_snapshot_id: 1 } as ManifestFile;
    const read = readManifest(bytes, manifest);
    expect(read.map((entry) => fromDataFileStruct(entry.data_file, 2, partition))).toEqual(files);
    expect(read[0]).toMatchObject({
      snapshot_id: 3051729675574597004n,
      sequence_number: 17,
      file_sequence_number: 17,
    });

    const [seen] = await readWithAvsc(bytes);
    expect(seen).toMatchObject({ status: 1, snapshot_id: 3051729675574597004n, sequence_number: null });
    expect(seen.data_file).toMatchObject({ record_count: 10n, column_sizes: [{ key: 1, value: 100n }] });
    expect(seen.data_file.partition).toMatchObject({ a_x20b: 'ü', p1: 2n ** 62n });
    const { metadata } = readAvroFile(bytes);
    expect(metadata).toMatchObject({
      'partition-spec-id': '2',
      'schema-id': '3',
      'format-version': '2',
      content: 'data',
    });
    expect(JSON.stringify(readAvroFile(bytes).schema)).toContain('"field-id":1000');
  });

  test('a manifest list comes back with its partition bounds', async () => {
    const manifest: ManifestFile = {
      manifest_path: 's3://b/t/metadata/m.avro',
      manifest_length: 2 ** 33,
      partition_spec_id: 2,
      content: 0,
      sequence_number: 17,
      min_sequence_number: 3,
      added_snapshot_id: 3051729675574597004n,
      added_files_count: 2,
      existing_files_count: 0,
      deleted_files_count: 0,
      added_rows_count: 20,
      existing_rows_count: 0,
      deleted_rows_count: 0,
      partitions: fieldSummaries(partition, [dataFile(FULL), dataFile(EMPTY), dataFile(FULL.with(7, NaN))]),
      key_metadata: null,
    };
    const bytes = writeManifestList([manifest], { id: 3051729675574597004n, sequenceNumber: 17 });
    expect(readManifestList(bytes)).toEqual([manifest]);
    const [seen] = await readWithAvsc(bytes);
    expect(seen.partitions[0]).toEqual({
      contains_null: true,
      contains_nan: false,
      lower_bound: Buffer.from('ü'),
      upper_bound: Buffer.from('ü'),
    });
    expect(seen.partitions[7]).toMatchObject({ contains_null: true, contains_nan: true });
  });

  test('strings are bounded by their bytes, not by their UTF-16 units', () => {
    const [summary] = fieldSummaries(
      partition.slice(0, 1),
      ['\uffff', '😀'].map((text) => dataFile([text])),
    );
    expect(summary.lower_bound).toEqual(new TextEncoder().encode('\uffff'));
  });

  test('the older names of version 1 are read by field id', () => {
    const v1: AvroSchema = {
      type: 'record',
      name: 'manifest_file',
      fields: [
        { name: 'manifest_path', type: 'string', 'field-id': 500 },
        { name: 'manifest_length', type: 'long', 'field-id': 501 },
        { name: 'partition_spec_id', type: 'int', 'field-id': 502 },
        { name: 'added_snapshot_id', type: ['null', 'long'], 'field-id': 503 },
        { name: 'added_data_files_count', type: ['null', 'int'], 'field-id': 504 },
      ],
    };
    const record = {
      manifest_path: 'm',
      manifest_length: 1,
      partition_spec_id: 0,
      added_snapshot_id: 5,
      added_data_files_count: 4,
    };
    expect(readManifestList(writeAvroFile(v1, [record], {}))).toMatchObject([
      { manifest_path: 'm', content: 0, sequence_number: 0, added_files_count: 4, existing_files_count: 0 },
    ]);
  });
});

async function readWithAvsc(file: Uint8Array): Promise<any[]> {
  const decoder = new avsc.streams.BlockDecoder({
    parseHook: (schema) => oracle(schema as AvroSchema) as avsc.Type,
  });
  const records: unknown[] = [];
  decoder.on('data', (record) => records.push(record));
  decoder.end(Buffer.from(file));
  await once(decoder, 'end');
  // The oracle's records are instances of classes it makes.
  return records.map((record) => ({ ...(record as any) }));
}

test('the sync marker differs from file to file', () => {
  const [first, second] = [writeAvroFile('int', [], {}), writeAvroFile('int', [], {})];
  expect(first.subarray(-16).equals(second.subarray(-16))).toBe(false);
});
