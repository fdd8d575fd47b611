import type { PartitionValue } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { filesThatMayHold } from '../../tables/partition-pruning';
import type { TableFile } from '../../tables/table-files';

const DAY_MS = 86_400_000;

/** Values as the bounds of files hold them, from their text; other types are looked for in all files. */
const FROM_TEXT: { readonly [type: string]: (text: string) => Exclude<PartitionValue, null> } = {
  string: (text) => text,
  int: Number,
  long: BigInt,
  date: (text) => Date.parse(`${text}T00:00:00Z`) / DAY_MS,
};

/** Those of the files that may hold one of the values in a column: nothing else has to be read. */
export function filesOfValues(
  table: IcebergTable,
  files: readonly TableFile[],
  column: string,
  values: readonly (string | null)[],
): readonly TableFile[] {
  const field = table.schema.fields.find(({ name }) => name === column);
  const type = typeof field?.type === 'string' ? field.type : '';
  const read = FROM_TEXT[type];
  // Bounds say nothing of nulls.
  if (field === undefined || read === undefined || values.includes(null)) return files;
  return filesThatMayHold(
    files,
    { id: field.id, type },
    values.map((text) => read(text!)),
  );
}
