import type { DataFile, PartitionValue } from './data-file';

/** A data file as JSON text can hold it: maps as objects, bytes as base64, integers of 64 bits as text. */
export type DataFileJson = Record<string, unknown>;

type Tagged = { readonly long: string } | { readonly bytes: string } | { readonly number: string };

export function dataFileToJson(file: DataFile): DataFileJson {
  return {
    ...file,
    partition: file.partition.map(partitionToJson),
    columnSizes: Object.fromEntries(file.columnSizes),
    valueCounts: Object.fromEntries(file.valueCounts),
    nullValueCounts: Object.fromEntries(file.nullValueCounts),
    nanValueCounts: Object.fromEntries(file.nanValueCounts),
    lowerBounds: boundsToJson(file.lowerBounds),
    upperBounds: boundsToJson(file.upperBounds),
  };
}

/** @throws Error when it is no data file */
export function dataFileFromJson(json: DataFileJson): DataFile {
  const { filePath, specId, recordCount, fileSizeInBytes, partition } = json;
  if (
    typeof filePath !== 'string' ||
    ![specId, recordCount, fileSizeInBytes].every(Number.isSafeInteger) ||
    !Array.isArray(partition)
  ) {
    throw new Error(
      `Not a data file: ${JSON.stringify(json).slice(0, 200)}. It needs filePath, specId, partition, recordCount and fileSizeInBytes.`,
    );
  }
  return {
    ...(json as unknown as DataFile),
    partition: partition.map(partitionFromJson),
    columnSizes: numbers(json.columnSizes),
    valueCounts: numbers(json.valueCounts),
    nullValueCounts: numbers(json.nullValueCounts),
    nanValueCounts: numbers(json.nanValueCounts),
    lowerBounds: bounds(json.lowerBounds),
    upperBounds: bounds(json.upperBounds),
    splitOffsets: (json.splitOffsets as number[] | undefined) ?? [],
  };
}

function partitionToJson(value: PartitionValue): Exclude<PartitionValue, bigint | Uint8Array> | Tagged {
  if (typeof value === 'bigint') return { long: String(value) };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  // JSON has neither NaN, the infinities nor the negative zero.
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? '-0' : String(value) };
  return value;
}

function partitionFromJson(value: unknown): PartitionValue {
  if (typeof value !== 'object' || value === null) return value as PartitionValue;
  const tagged = value as Partial<{ long: string; bytes: string; number: string }>;
  if (tagged.long !== undefined) return BigInt(tagged.long);
  if (tagged.bytes !== undefined) return Uint8Array.from(Buffer.from(tagged.bytes, 'base64'));
  return Number(tagged.number);
}

function boundsToJson(map: ReadonlyMap<number, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...map].map(([id, bytes]) => [id, Buffer.from(bytes).toString('base64')]));
}

function numbers(json: unknown): Map<number, number> {
  return new Map(Object.entries((json ?? {}) as Record<string, number>).map(([id, n]) => [Number(id), n]));
}

function bounds(json: unknown): Map<number, Uint8Array> {
  const entries = Object.entries((json ?? {}) as Record<string, string>);
  return new Map(entries.map(([id, text]) => [Number(id), Uint8Array.from(Buffer.from(text, 'base64'))]));
}
