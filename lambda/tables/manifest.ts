import type { IcebergPartitionSpec, IcebergPrimitive, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { AvroField, AvroSchema } from './avro-codec';
import { readAvroFile, writeAvroFile } from './avro-container';
import { canonicalNames } from './avro-names';
import type { DataFile, PartitionValue } from './data-file';
import type { Long } from './json';
import type { ManifestFile } from './manifest-list';
import { readable } from './corrupt-file';
import { partitionTypeOf, type PartitionFieldType } from './schema';
import { currentSchema, partitionSpec, type TableMetadata } from './table-metadata';
import {
  baseType,
  bigEndianTwosComplement,
  fromBigEndianTwosComplement,
  uuidBytes,
  uuidText,
} from './single-value';

export enum EntryStatus {
  EXISTING = 0,
  ADDED = 1,
  DELETED = 2,
}

/** An entry of a manifest (Iceberg specification, "Manifests"). What is null is inherited from the manifest list. */
export interface ManifestEntry {
  readonly status: EntryStatus;
  readonly snapshot_id: Long | null;
  readonly sequence_number: Long | null;
  readonly file_sequence_number: Long | null;
  readonly data_file: DataFileStruct;
}

/** `data_file` as Avro spells it. */
export interface DataFileStruct {
  readonly content: DataFile['content'];
  readonly file_path: string;
  readonly file_format: string;
  readonly partition: Record<string, unknown>;
  readonly record_count: number;
  readonly file_size_in_bytes: number;
  readonly column_sizes: Map<number, number> | null;
  readonly value_counts: Map<number, number> | null;
  readonly null_value_counts: Map<number, number> | null;
  readonly nan_value_counts: Map<number, number> | null;
  readonly lower_bounds: Map<number, Uint8Array> | null;
  readonly upper_bounds: Map<number, Uint8Array> | null;
  readonly key_metadata: Uint8Array | null;
  readonly split_offsets: number[] | null;
  readonly equality_ids: number[] | null;
  readonly sort_order_id: number | null;
  readonly referenced_data_file?: string | null;
}

/** What the entries of one manifest have in common. */
export interface ManifestContext {
  readonly schema: IcebergSchema;
  readonly spec: IcebergPartitionSpec;
  readonly partition: PartitionFieldType[];
}

/** @throws Error when a column of the spec is in none of the table's schemas */
export function manifestContext(metadata: TableMetadata, specId: number): ManifestContext {
  const spec = partitionSpec(metadata, specId);
  return { schema: currentSchema(metadata), spec, partition: partitionTypeOf(metadata, spec) };
}

export function writeManifest(context: ManifestContext, entries: readonly ManifestEntry[]): Buffer {
  return writeAvroFile(entrySchema(context.partition), entries, {
    schema: JSON.stringify(context.schema),
    'schema-id': String(context.schema['schema-id'] ?? 0),
    'partition-spec': JSON.stringify(context.spec.fields),
    'partition-spec-id': String(context.spec['spec-id']),
    'format-version': '2',
    content: 'data',
  });
}

/** Live entries of a manifest, with what they inherit from the manifest list filled in. */
export function readManifest(bytes: Uint8Array, manifest: ManifestFile): ManifestEntry[] {
  return readManifestEntries(bytes, manifest).filter(({ status }) => status !== EntryStatus.DELETED);
}

/** All entries of a manifest, those of files that its snapshot removed among them. */
export function readManifestEntries(bytes: Uint8Array, manifest: ManifestFile): ManifestEntry[] {
  const { records } = readable(manifest.manifest_path, () =>
    readAvroFile<ManifestEntry>(bytes, (schema) => canonicalNames(schema, ENTRY_FIELD_NAMES)),
  );
  return records.map((entry) => ({
    ...entry,
    snapshot_id: entry.snapshot_id ?? manifest.added_snapshot_id,
    sequence_number: entry.sequence_number ?? manifest.sequence_number,
    file_sequence_number: entry.file_sequence_number ?? manifest.sequence_number,
  }));
}

export function toDataFileStruct(file: DataFile, partition: PartitionFieldType[]): DataFileStruct {
  if (file.partition.length !== partition.length) {
    throw new Error(
      `Data file ${file.filePath} has ${file.partition.length} partition values; spec ${file.specId} has ${partition.length} fields.`,
    );
  }
  return {
    content: file.content,
    file_path: file.filePath,
    file_format: file.fileFormat,
    partition: Object.fromEntries(
      partition.map((field, i) => [avroName(field.name), toAvroValue(field.type, file.partition[i])]),
    ),
    record_count: file.recordCount,
    file_size_in_bytes: file.fileSizeInBytes,
    column_sizes: file.columnSizes,
    value_counts: file.valueCounts,
    null_value_counts: file.nullValueCounts,
    nan_value_counts: file.nanValueCounts,
    lower_bounds: file.lowerBounds,
    upper_bounds: file.upperBounds,
    key_metadata: null,
    split_offsets: file.splitOffsets,
    equality_ids: file.equalityIds ?? null,
    sort_order_id: file.sortOrderId ?? null,
  };
}

export function fromDataFileStruct(
  struct: DataFileStruct,
  specId: number,
  partition: PartitionFieldType[],
): DataFile {
  return {
    content: struct.content ?? 0,
    filePath: struct.file_path,
    fileFormat: struct.file_format as 'PARQUET',
    specId,
    partition: partition.map((field) => fromAvroValue(field.type, struct.partition[avroName(field.name)])),
    recordCount: struct.record_count,
    fileSizeInBytes: struct.file_size_in_bytes,
    columnSizes: struct.column_sizes ?? new Map(),
    valueCounts: struct.value_counts ?? new Map(),
    nullValueCounts: struct.null_value_counts ?? new Map(),
    nanValueCounts: struct.nan_value_counts ?? new Map(),
    lowerBounds: struct.lower_bounds ?? new Map(),
    upperBounds: struct.upper_bounds ?? new Map(),
    splitOffsets: struct.split_offsets ?? [],
    sortOrderId: struct.sort_order_id ?? undefined,
    equalityIds: struct.equality_ids ?? undefined,
  };
}

const optional = (name: string, id: number, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});

const pairs = (name: string, id: number, keyId: number, valueId: number, value: AvroSchema): AvroField =>
  optional(name, id, {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: `k${keyId}_v${valueId}`,
      fields: [
        { name: 'key', type: 'int', 'field-id': keyId },
        { name: 'value', type: value, 'field-id': valueId },
      ],
    },
  });

const list = (name: string, id: number, elementId: number, items: AvroSchema): AvroField =>
  optional(name, id, { type: 'array', items, 'element-id': elementId });

/** Fields of `data_file` but for `partition`, whose type depends on the spec. */
const DATA_FILE_FIELDS: AvroField[] = [
  { name: 'content', type: 'int', 'field-id': 134 },
  { name: 'file_path', type: 'string', 'field-id': 100 },
  { name: 'file_format', type: 'string', 'field-id': 101 },
  { name: 'record_count', type: 'long', 'field-id': 103 },
  { name: 'file_size_in_bytes', type: 'long', 'field-id': 104 },
  pairs('column_sizes', 108, 117, 118, 'long'),
  pairs('value_counts', 109, 119, 120, 'long'),
  pairs('null_value_counts', 110, 121, 122, 'long'),
  pairs('nan_value_counts', 137, 138, 139, 'long'),
  pairs('lower_bounds', 125, 126, 127, 'bytes'),
  pairs('upper_bounds', 128, 129, 130, 'bytes'),
  optional('key_metadata', 131, 'bytes'),
  list('split_offsets', 132, 133, 'long'),
  list('equality_ids', 135, 136, 'int'),
  optional('sort_order_id', 140, 'int'),
  optional('referenced_data_file', 143, 'string'),
];

const ENTRY_FIELD_NAMES = new Map<number, string>([
  [0, 'status'],
  [1, 'snapshot_id'],
  [2, 'data_file'],
  [3, 'sequence_number'],
  [4, 'file_sequence_number'],
  [102, 'partition'],
  ...DATA_FILE_FIELDS.map((field): [number, string] => [field['field-id']!, field.name]),
]);

function entrySchema(partition: PartitionFieldType[]): AvroSchema {
  const tuple: AvroSchema = {
    type: 'record',
    name: 'r102',
    fields: partition.map((field) => optional(avroName(field.name), field.id, partitionAvroType(field))),
  };
  const [content, path, format, ...rest] = DATA_FILE_FIELDS;
  const dataFile = [content, path, format, { name: 'partition', type: tuple, 'field-id': 102 }, ...rest];
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      { name: 'status', type: 'int', 'field-id': 0 },
      optional('snapshot_id', 1, 'long'),
      optional('sequence_number', 3, 'long'),
      optional('file_sequence_number', 4, 'long'),
      { name: 'data_file', type: { type: 'record', name: 'r2', fields: dataFile }, 'field-id': 2 },
    ],
  };
}

/** Iceberg specification, appendix A: data type mappings to Avro. */
function partitionAvroType({ id, type }: PartitionFieldType): AvroSchema {
  switch (baseType(type)) {
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'time':
      return { type: 'long', logicalType: 'time-micros' };
    case 'timestamp':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': false };
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': true };
    case 'uuid':
      return { type: 'fixed', name: `uuid_fixed_${id}`, size: 16, logicalType: 'uuid' };
    case 'fixed':
      return { type: 'fixed', name: `fixed_${id}`, size: Number(/\d+/.exec(type)?.[0]) };
    case 'decimal': {
      const { precision, scale, size } = decimalShape(type);
      return { type: 'fixed', name: `decimal_${id}`, size, logicalType: 'decimal', precision, scale };
    }
    case 'binary':
      return 'bytes';
    default:
      return type;
  }
}

function toAvroValue(type: IcebergPrimitive, value: PartitionValue): unknown {
  if (value === null) return null;
  const base = baseType(type);
  if (base === 'uuid') return uuidBytes(value as string | Uint8Array);
  if (base !== 'decimal') return value;
  const unscaled = BigInt(value as bigint);
  const shortest = bigEndianTwosComplement(unscaled);
  const padded = new Uint8Array(decimalShape(type).size).fill(unscaled < 0n ? 0xff : 0);
  padded.set(shortest, padded.length - shortest.length);
  return padded;
}

function fromAvroValue(type: IcebergPrimitive, value: unknown): PartitionValue {
  if (value === null || value === undefined) return null;
  switch (baseType(type)) {
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return BigInt(value as Long);
    case 'uuid':
      return uuidText(value as Uint8Array);
    case 'decimal':
      return fromBigEndianTwosComplement(value as Uint8Array);
    default:
      return value as PartitionValue;
  }
}

function decimalShape(type: IcebergPrimitive): { precision: number; scale: number; size: number } {
  const [precision, scale] = type.match(/\d+/g)!.map(Number);
  const bits = (10n ** BigInt(precision)).toString(2).length + 1;
  return { precision, scale, size: Math.ceil(bits / 8) };
}

/** Avro names are [A-Za-z_][A-Za-z0-9_]*; the replacement is the one the Java implementation makes. */
function avroName(name: string): string {
  const escape = (character: string) => `_x${character.codePointAt(0)!.toString(16).toUpperCase()}`;
  return name.replace(/[^A-Za-z0-9_]/gu, escape).replace(/^\d/, (digit) => `_${digit}`);
}
