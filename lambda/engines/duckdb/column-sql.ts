import type { IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import { sqlType } from './column-types';
import type { FileColumn } from './file-layout';
import { identifier, literal } from './sql-text';

/** What Iceberg widens, by the types of DuckDB, and the types a column may have in files of other engines. */
const READ_AS: Readonly<Record<string, readonly RegExp[]>> = {
  BIGINT: [/^INTEGER$/, /^SMALLINT$/, /^TINYINT$/],
  INTEGER: [/^SMALLINT$/, /^TINYINT$/],
  DOUBLE: [/^FLOAT$/],
  // Timestamps of old engines (INT96) say nothing about time zones: they are in UTC.
  'TIMESTAMP WITH TIME ZONE': [/^TIMESTAMP$/],
};

/**
 * A column of a file as the table has it now, nested ones by field id too: SQL that is the column itself where nothing
 * differs, so that DuckDB can filter by it while it reads.
 * @throws Error when the file holds another type, with the column and both
 */
export function columnSql(type: IcebergType, column: FileColumn, sql: string, path: string): string {
  if (typeof type === 'string') return primitive(type, column, sql, path);
  if (isSame(type, column)) return sql;
  switch (type.type) {
    case 'struct':
      return structSql(type, column, sql, path);
    case 'list': {
      const [element] = column.children;
      if (!column.isList || !element) throw mismatch(path, 'a list', column);
      const variable = identifier(`item of ${path}`);
      return `list_transform(${sql}, lambda ${variable}: ${columnSql(type.element, element, variable, `${path}[]`)})`;
    }
    case 'map':
      return sqlType(type, path);
  }
}

function structSql(struct: IcebergStruct, column: FileColumn, sql: string, path: string): string {
  if (column.isList || column.type !== undefined) throw mismatch(path, 'a struct', column);
  const fields = struct.fields.map(({ id, name, type, required }) => {
    const found = column.children.find(({ fieldId }) => fieldId === id);
    if (!found && required)
      throw new Error(`it has no column of field id ${id} (${path}.${name}), which is required.`);
    const value = found
      ? columnSql(type, found, `struct_extract(${sql}, ${literal(found.name)})`, `${path}.${name}`)
      : `CAST(NULL AS ${sqlType(type, `${path}.${name}`)})`;
    return `${identifier(name)} := ${value}`;
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
}

function isSame(type: IcebergType, column: FileColumn): boolean {
  if (typeof type === 'string') return column.type === sqlType(type, '') && !isOtherUnit(column);
  if (type.type === 'struct') {
    return (
      !column.isList &&
      column.children.length === type.fields.length &&
      type.fields.every((field, i) => {
        const child = column.children[i];
        return child.fieldId === field.id && child.name === field.name && isSame(field.type, child);
      })
    );
  }
  return type.type === 'list' && column.isList && isSame(type.element, column.children[0]);
}

function primitive(type: string, column: FileColumn, sql: string, path: string): string {
  const wanted = sqlType(type, path);
  const { type: found } = column;
  if (isOtherUnit(column)) throw new Error(`column ${path} has nanoseconds, a type of format version 3.`);
  if (found === wanted) return sql;
  if (found === undefined) throw mismatch(path, wanted, column);
  // Text of engines that do not annotate it.
  if (wanted === 'VARCHAR' && found === 'BLOB') return `decode(${sql})`;
  if (READ_AS[wanted]?.some((form) => form.test(found)) || widensDecimal(found, wanted))
    return `CAST(${sql} AS ${wanted})`;
  throw mismatch(path, wanted, column);
}

function widensDecimal(found: string, wanted: string): boolean {
  const digits = (type: string) => /^DECIMAL\((\d+),(\d+)\)$/.exec(type)?.slice(1).map(Number);
  const [from, to] = [digits(found), digits(wanted)];
  return !!from && !!to && from[1] === to[1] && from[0] <= to[0];
}

function isOtherUnit({ type, logicalType }: FileColumn): boolean {
  return type === 'TIMESTAMP_NS' || type === 'TIME_NS' || /NANOS=NanoSeconds/.test(logicalType ?? '');
}

function mismatch(path: string, wanted: string, { type, isList }: FileColumn): Error {
  const found = type ?? (isList ? 'a list' : 'a struct');
  return new Error(`column ${path} is ${found} where the table has ${wanted}.`);
}
