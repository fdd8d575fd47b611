import type { RowColumn } from '../../../lib/contract/handler-code/row-runtime';
import { parquetCompression } from '../../../lib/contract/table-properties';
import { ParquetFile } from '../../formats/parquet';
import type { EncodedFile, EncodingTarget } from '../batch-encoder';
import { PartitionedFiles } from './partitioned-files';

type Value = Parameters<RowColumn['push']>[0];

/**
 * Rows whose values are typed already as Parquet files, for tables of a fixed, flat schema such as the quarantine
 * table. Timestamps are microseconds, decimals unscaled, both number or bigint; undefined counts as null.
 *
 * @throws Error for a null in a required column
 */
export function encodeRows(
  rows: Iterable<Readonly<Record<string, unknown>>>,
  target: EncodingTarget,
): EncodedFile[] {
  const { fields } = target.schema;
  const nested = fields.find((field) => typeof field.type !== 'string');
  if (nested) throw new Error(`Column "${nested.name}" is nested; these rows are flat.`);
  const compression = parquetCompression(target);
  const files = new PartitionedFiles(target, () => ({
    file: new ParquetFile(target.schema, { compression }),
  }));
  const sources = files.sources.map((id) => fields.find((field) => field.id === id)?.name ?? '');
  for (const row of rows) {
    sources.forEach((name, i) => (files.values[i] = (row[name] ?? null) as Value | null));
    const { file } = files.select();
    fields.forEach((field, i) => {
      const value = row[field.name] ?? null;
      const column = file.columns[i] as RowColumn;
      if (value !== null) column.push(value as Value);
      else if (field.required)
        throw new Error(`Column "${field.name}" is required, but a row has no value for it.`);
      else column.pushNull(0);
    });
    file.endRow();
  }
  return files.finish();
}
