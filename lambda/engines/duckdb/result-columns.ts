import type { IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import { sqlType } from './column-types';
import { identifier } from './sql-text';

/** A column of a query: DuckDB's types as text, `STRUCT(a INTEGER)` and `BIGINT[]` among them. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** What a query gives is not what the table holds. */
export class ResultMismatch extends Error {
  constructor(location: string, reasons: readonly string[]) {
    super(
      `The query's result does not fit ${location}: ${reasons.join('; ')}. Name each column as the table does (… AS name) ` +
        'and cast where types differ.',
    );
    this.name = 'ResultMismatch';
  }
}

/**
 * The columns of a query in the order and types of a table. Numbers are widened and narrowed among themselves, an overflow
 * stops the query; an optional column that the query leaves out is null.
 * @throws ResultMismatch naming every column that is missing, unknown or of another kind
 */
export function resultColumns(
  schema: IcebergSchema,
  columns: readonly ResultColumn[],
  location: string,
): string {
  const reasons: string[] = [];
  const given = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const known = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
  for (const { name } of columns) {
    if (!known.has(name.toLowerCase()))
      reasons.push(
        `it has a column "${name}", the table has ${schema.fields.map((field) => field.name).join(', ')}`,
      );
  }
  const selected = schema.fields.map(({ name, type, required }) => {
    const column = given.get(name.toLowerCase());
    const wanted = sqlType(type, name);
    if (!column) {
      if (required) reasons.push(`it has no column "${name}", which is required`);
      return `CAST(NULL AS ${wanted}) AS ${identifier(name)}`;
    }
    if (!fits(column.type, type))
      reasons.push(`column "${name}" is ${column.type}, the table has ${typeText(type)}`);
    const value = column.type === wanted ? identifier(name) : `CAST(${identifier(name)} AS ${wanted})`;
    return `${value} AS ${identifier(name)}`;
  });
  if (reasons.length > 0) throw new ResultMismatch(location, reasons);
  return selected.join(', ');
}

const NUMBERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w+INT|FLOAT|DOUBLE|DECIMAL\(.*)$/;
const FITTING: readonly (readonly [wanted: RegExp, given: RegExp])[] = [
  [/^(int|long|float|double|decimal.*)$/, NUMBERS],
  [/^boolean$/, /^BOOLEAN$/],
  [/^(date|timestamp|timestamptz)$/, /^(DATE|TIMESTAMP|TIMESTAMP_S|TIMESTAMP_MS|TIMESTAMP WITH TIME ZONE)$/],
  [/^time$/, /^TIME$/],
  [/^string$/, /^(VARCHAR|UUID|JSON|ENUM\(.*)$/],
  [/^uuid$/, /^(UUID|VARCHAR)$/],
  [/^binary$/, /^BLOB$/],
];

/** A column of nothing but NULL has no type of its own: DuckDB calls it an integer. */
const UNTYPED = /^("NULL"|NULL)$/;

function fits(given: string, wanted: IcebergType): boolean {
  if (UNTYPED.test(given)) return true;
  if (typeof wanted === 'string') return FITTING.some(([to, from]) => to.test(wanted) && from.test(given));
  // What is inside is left to the cast, which matches fields by name and fails where it cannot.
  if (wanted.type === 'struct') return given.startsWith('STRUCT(') && given.endsWith(')');
  return wanted.type === 'list' && given.endsWith('[]');
}

function typeText(type: IcebergType): string {
  return typeof type === 'string' ? type : `a ${type.type}`;
}
