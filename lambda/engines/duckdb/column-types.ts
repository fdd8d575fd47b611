import type { IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import { identifier, literal } from './sql-text';

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
};

/**
 * The type that holds exactly what an Iceberg type holds.
 * @throws Error for maps, fixed[L] and types of format version 3
 */
export function sqlType(type: IcebergType, path: string): string {
  if (typeof type === 'string') {
    const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type);
    const primitive = decimal ? `DECIMAL(${decimal[1]},${decimal[2]})` : PRIMITIVES[type];
    if (primitive) return primitive;
    throw new UnsupportedColumn(path, type);
  }
  switch (type.type) {
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${sqlType(field.type, `${path}.${field.name}`)}`).join(', ')})`;
    case 'list':
      return `${sqlType(type.element, `${path}[]`)}[]`;
    case 'map':
      throw new UnsupportedColumn(path, 'map');
  }
}

/** A column of a type that DuckDB cannot read and write as Iceberg has it. */
export class UnsupportedColumn extends Error {
  constructor(path: string, type: string) {
    super(
      `Column "${path}" is of type ${type}, which the DuckDB engine does not handle. It handles ${Object.keys(PRIMITIVES).join(', ')}, decimal, struct and list.`,
    );
    this.name = 'UnsupportedColumn';
  }
}

/** The ids by which a file's columns are known, nested ones too: what COPY takes as FIELD_IDS. */
export function fieldIds(struct: IcebergStruct): string {
  const entries = struct.fields.map(({ id, name, type }) => `${literal(name)}: ${idOf(id, type)}`);
  return `{${entries.join(', ')}}`;
}

function idOf(id: number, type: IcebergType): string {
  if (typeof type === 'string') return String(id);
  if (type.type === 'struct') return `{'__duckdb_field_id': ${id}, ${fieldIds(type).slice(1)}`;
  if (type.type === 'list')
    return `{'__duckdb_field_id': ${id}, 'element': ${idOf(type['element-id'], type.element)}}`;
  throw new UnsupportedColumn('', 'map');
}

/** Iceberg tells names by case, DuckDB does not. */
export function requireDistinctNames(struct: IcebergStruct, path = ''): void {
  const seen = new Map<string, string>();
  for (const { name, type } of struct.fields) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined)
      throw new Error(
        `Columns "${path}${other}" and "${path}${name}" differ in case only: SQL cannot tell them apart. Rename one.`,
      );
    seen.set(name.toLowerCase(), name);
    const nested = typeof type !== 'string' && type.type === 'list' ? type.element : type;
    if (typeof nested !== 'string' && nested.type === 'struct')
      requireDistinctNames(nested, `${path}${name}.`);
  }
}
