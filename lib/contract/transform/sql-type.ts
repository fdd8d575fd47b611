import type { IcebergType } from '../iceberg-types';
import { quoteName, SqlDialect } from '../quality/sql-dialect';

const DUCKDB: Record<string, string> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'REAL',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
};

const NAMES: Record<SqlDialect, Record<string, string>> = {
  [SqlDialect.DUCKDB]: DUCKDB,
  [SqlDialect.ATHENA]: {
    ...DUCKDB,
    time: 'TIME(6)',
    timestamp: 'TIMESTAMP(6)',
    timestamptz: 'TIMESTAMP(6) WITH TIME ZONE',
    binary: 'VARBINARY',
  },
  [SqlDialect.SPARK]: {
    boolean: 'BOOLEAN',
    int: 'INT',
    long: 'BIGINT',
    float: 'FLOAT',
    double: 'DOUBLE',
    date: 'DATE',
    timestamp: 'TIMESTAMP_NTZ',
    timestamptz: 'TIMESTAMP',
    string: 'STRING',
    uuid: 'STRING',
    binary: 'BINARY',
  },
};

/**
 * The type of a column as a dialect spells it.
 * @throws Error for a type the engine has not
 */
export function sqlType(type: IcebergType, dialect: SqlDialect): string {
  if (typeof type === 'string') return primitive(type, dialect);
  const inner = (one: IcebergType): string => sqlType(one, dialect);
  const spark = dialect === SqlDialect.SPARK;
  switch (type.type) {
    case 'struct': {
      const fields = type.fields.map(
        (field) => `${quoteName(field.name, dialect)}${spark ? ': ' : ' '}${inner(field.type)}`,
      );
      if (spark) return `STRUCT<${fields.join(', ')}>`;
      return `${dialect === SqlDialect.ATHENA ? 'ROW' : 'STRUCT'}(${fields.join(', ')})`;
    }
    case 'list':
      if (dialect === SqlDialect.DUCKDB) return `${inner(type.element)}[]`;
      return spark ? `ARRAY<${inner(type.element)}>` : `ARRAY(${inner(type.element)})`;
    case 'map': {
      const pair = `${inner(type.key)}, ${inner(type.value)}`;
      return spark ? `MAP<${pair}>` : `MAP(${pair})`;
    }
  }
}

function primitive(type: string, dialect: SqlDialect): string {
  const decimal = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
  if (decimal) return `DECIMAL(${decimal[1]}, ${decimal[2]})`;
  const name = NAMES[dialect][type.startsWith('fixed') ? 'binary' : type];
  if (name !== undefined) return name;
  throw new Error(`${dialect} has no type for a column of type ${type}.`);
}
