/** Whose rows are to go: those that hold one of the values in every one of the fields. */
export interface Subject {
  readonly fields: readonly SubjectField[];
  /**
   * Take from quarantine as well what holds the values without a name beside them, as rows of CSV do: nobody can tell
   * whether another column is meant.
   * @default false - they are counted, and the table is held
   */
  readonly unnamed?: boolean;
}

export interface SubjectField {
  /** A column of the tables; none that is inside another. */
  readonly column: string;
  /** As text, and as they came, before any mask: binary values in hexadecimal digits. */
  readonly values: readonly string[];
  /**
   * Name of the field in the records that quarantine keeps, at whatever depth.
   * @default the column's
   */
  readonly recordField?: string;
}

/** @throws Error naming the field, never a value of it */
export function requireSubject({ fields }: Subject): void {
  if (fields.length === 0) throw new Error('A subject has at least one field.');
  const columns = new Set<string>();
  for (const { column, values } of fields) {
    if (column === '') throw new Error('A field of a subject has the name of a column.');
    if (columns.has(column))
      throw new Error(`Field "${column}" of the subject is there twice: give one all its values.`);
    columns.add(column);
    if (values.length === 0 || values.includes(''))
      throw new Error(`Field "${column}" of the subject has at least one value, and none that is empty.`);
  }
}
