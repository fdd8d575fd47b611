import { readAvroFile, writeAvroFile } from './avro-container';
import type { AvroField, AvroSchema } from './avro-codec';
import { canonicalNames } from './avro-names';
import { readable } from './corrupt-file';
import type { DataFile } from './data-file';
import type { Long } from './json';
import type { PartitionFieldType } from './schema';
import { compareValues, serializeValue } from './single-value';

/** A manifest as a manifest list names it (Iceberg specification, "Manifest Lists"). */
export interface ManifestFile {
  readonly manifest_path: string;
  readonly manifest_length: number;
  readonly partition_spec_id: number;
  /** 0 data, 1 deletes. */
  readonly content: 0 | 1;
  readonly sequence_number: Long;
  readonly min_sequence_number: Long;
  readonly added_snapshot_id: Long;
  readonly added_files_count: number;
  readonly existing_files_count: number;
  readonly deleted_files_count: number;
  readonly added_rows_count: number;
  readonly existing_rows_count: number;
  readonly deleted_rows_count: number;
  readonly partitions: FieldSummary[] | null;
  readonly key_metadata: Uint8Array | null;
}

/** Bounds of one partition field over the files of a manifest. */
export interface FieldSummary {
  readonly contains_null: boolean;
  readonly contains_nan: boolean | null;
  readonly lower_bound: Uint8Array | null;
  readonly upper_bound: Uint8Array | null;
}

export function writeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: { id: Long; parentId?: Long | null; sequenceNumber: Long },
): Buffer {
  return writeAvroFile(MANIFEST_FILE, manifests, {
    'snapshot-id': String(snapshot.id),
    'parent-snapshot-id': String(snapshot.parentId ?? 'null'),
    'sequence-number': String(snapshot.sequenceNumber),
    'format-version': '2',
  });
}

export function readManifestList(bytes: Uint8Array, path = 'The manifest list'): ManifestFile[] {
  const { records } = readable(path, () =>
    readAvroFile<Partial<ManifestFile>>(bytes, (schema) => canonicalNames(schema, FIELD_NAMES)),
  );
  // What a list of format version 1 leaves out has these values by the specification.
  return records.map((manifest) => ({
    ...(manifest as ManifestFile),
    content: manifest.content ?? 0,
    sequence_number: manifest.sequence_number ?? 0,
    min_sequence_number: manifest.min_sequence_number ?? 0,
    added_files_count: manifest.added_files_count ?? 0,
    existing_files_count: manifest.existing_files_count ?? 0,
    deleted_files_count: manifest.deleted_files_count ?? 0,
    added_rows_count: manifest.added_rows_count ?? 0,
    existing_rows_count: manifest.existing_rows_count ?? 0,
    deleted_rows_count: manifest.deleted_rows_count ?? 0,
  }));
}

/** False for a manifest that only tells which files its own snapshot removed. */
export function namesLiveFiles(manifest: ManifestFile): boolean {
  const { added_files_count: added, existing_files_count: existing, deleted_files_count: deleted } = manifest;
  // All zero: a list of format version 1 that does not say.
  return added + existing > 0 || deleted === 0;
}

export function fieldSummaries(partition: PartitionFieldType[], files: readonly DataFile[]): FieldSummary[] {
  return partition.map(({ type }, i) => {
    const summary = { contains_null: false, contains_nan: false };
    let lower: Exclude<DataFile['partition'][number], null> | undefined;
    let upper = lower;
    for (const { partition: values } of files) {
      const value = values[i];
      if (value === null) summary.contains_null = true;
      else if (Number.isNaN(value)) summary.contains_nan = true;
      else {
        if (lower === undefined || compareValues(value, lower) < 0) lower = value;
        if (upper === undefined || compareValues(value, upper) > 0) upper = value;
      }
    }
    return {
      ...summary,
      lower_bound: lower === undefined ? null : serializeValue(type, lower),
      upper_bound: upper === undefined ? null : serializeValue(type, upper),
    };
  });
}

const field = (id: number, name: string, type: AvroSchema): AvroField => ({ name, type, 'field-id': id });

const optional = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});

const FIELD_SUMMARY: AvroSchema = {
  type: 'record',
  name: 'r508',
  fields: [
    field(509, 'contains_null', 'boolean'),
    optional(518, 'contains_nan', 'boolean'),
    optional(510, 'lower_bound', 'bytes'),
    optional(511, 'upper_bound', 'bytes'),
  ],
};

const FIELDS: AvroField[] = [
  field(500, 'manifest_path', 'string'),
  field(501, 'manifest_length', 'long'),
  field(502, 'partition_spec_id', 'int'),
  field(517, 'content', 'int'),
  field(515, 'sequence_number', 'long'),
  field(516, 'min_sequence_number', 'long'),
  field(503, 'added_snapshot_id', 'long'),
  field(504, 'added_files_count', 'int'),
  field(505, 'existing_files_count', 'int'),
  field(506, 'deleted_files_count', 'int'),
  field(512, 'added_rows_count', 'long'),
  field(513, 'existing_rows_count', 'long'),
  field(514, 'deleted_rows_count', 'long'),
  optional(507, 'partitions', { type: 'array', items: FIELD_SUMMARY, 'element-id': 508 }),
  optional(519, 'key_metadata', 'bytes'),
];

const MANIFEST_FILE: AvroSchema = { type: 'record', name: 'manifest_file', fields: FIELDS };

const FIELD_NAMES = new Map(FIELDS.map((entry) => [entry['field-id']!, entry.name]));
