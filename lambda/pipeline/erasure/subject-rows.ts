import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { TableRow } from '../../rows/read-rows';
import { filesOfKeys } from '../../rows/files-of-keys';
import { RowKey } from '../../rows/row-key';
import { isQuarantine, rowsOfQuarantine } from './quarantined-subject';
import type { Subject } from './subject';
import { SubjectNotTold, type SubjectValue, type SubjectValues } from './subject-values';

/** Tells the rows of a subject in a table. */
export interface SubjectRows {
  /** Columns that {@link matches} looks at. */
  readonly columns: readonly string[];
  /** Those files that may hold such rows. */
  candidates<T extends DataFile>(files: readonly T[]): T[];
  matches(row: TableRow): boolean;
  /** Of a row that does not match, whether it may be the subject's all the same. Absent where rows can be told. */
  readonly isUnclear?: (row: TableRow) => boolean;
}

/** The table has none of the columns: it holds no rows of subjects of this kind. */
export class SubjectUnknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectUnknown';
  }
}

/**
 * @throws SubjectUnknown when the table has none of the columns
 * @throws SubjectNotTold when it has some of them only, or values cannot be of a column's type
 */
export function subjectRows(table: IcebergTable, subject: Subject, values: SubjectValues): SubjectRows {
  const { fields } = table.schema;
  if (isQuarantine(fields.map(({ name }) => name))) return rowsOfQuarantine(subject);
  const columns = subject.fields.map(({ column }) => column);
  const types = columns.map((column) => fields.find(({ name }) => name === column)?.type);
  const missing = columns.filter((_column, i) => typeof types[i] !== 'string');
  if (missing.length > 0) {
    const lacks = `${table.location} has no column ${missing.map((name) => `"${name}"`).join(', ')} of single values`;
    const has = fields.map(({ name }) => name).join(', ');
    if (missing.length === columns.length) throw new SubjectUnknown(`${lacks}. It has: ${has}.`);
    throw new SubjectNotTold(
      `${lacks}, and without it a subject cannot be told from others. It has: ${has}.`,
    );
  }
  const key = new RowKey(table, columns);
  const wanted = product(
    subject.fields.map((field, i) => {
      const name = field.column;
      return values.of(table, field, key.columns[i].type).map((value) => [name, value] as const);
    }),
  );
  const texts = new Set(wanted.map((row) => key.text(row)));
  return {
    columns,
    candidates: (files) => filesOfKeys(table, files, key, wanted),
    matches: (row) => key.isIn(row) && texts.has(key.text(row)),
  };
}

function product(choices: readonly (readonly (readonly [string, SubjectValue])[])[]): TableRow[] {
  return choices.reduce<TableRow[]>(
    (rows, values) => rows.flatMap((row) => values.map(([name, value]) => ({ ...row, [name]: value }))),
    [{}],
  );
}
