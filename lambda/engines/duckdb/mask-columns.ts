import type { DuckDBConnection } from '@duckdb/node-api';
import type { IcebergField, IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import type { MaskedColumn, RowMasks } from '../../pipeline/refine/increment';
import { uuidText } from '../../tables/single-value';
import { sqlType } from './column-types';
import { identifier, literal } from './sql-text';
import { valueOfText } from './value-text';

/** SQL function of the text of a value and the number of its mask. */
const MASK_FUNCTION = 'lakehouse_mask';

/** Makes the masks of an increment known to the connection, in the place of those before. */
export async function registerMasks(connection: DuckDBConnection, { columns }: RowMasks): Promise<void> {
  const { DuckDBScalarFunction, INTEGER, VARCHAR } = await import('@duckdb/node-api');
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: MASK_FUNCTION,
      parameterTypes: [VARCHAR, INTEGER],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const [texts, numbers] = [0, 1].map((i) => input.getColumnVector(i));
        for (let row = 0; row < input.rowCount; row++) {
          const text = texts.getItem(row) as string | null;
          output.setItem(row, text === null ? null : masked(columns[numbers.getItem(row) as number], text));
        }
        output.flush();
      },
    }),
  );
}

/** A value from DuckDB's text to that of its mask, by way of the value that rows have. */
function masked({ type, value }: MaskedColumn, text: string): string {
  switch (type) {
    case 'string':
      return value(text) as string;
    case 'uuid':
      return uuidText(value(Uint8Array.from(Buffer.from(text.replaceAll('-', ''), 'hex'))) as Uint8Array);
    case 'binary':
      return Buffer.from(value(Uint8Array.from(Buffer.from(text, 'hex'))) as Uint8Array).toString('hex');
    default:
      return String(value(valueOfText(type, text)));
  }
}

/** Columns of a view with their masks, those that have none as they are. */
export function maskedColumns({ columns }: RowMasks, fields: readonly IcebergField[]): string {
  const masks = columns.map((column, number) => ({ column, number, path: column.path }));
  return fields
    .map(({ name, type }) => {
      const own = below(masks, name);
      const sql = own.length === 0 ? identifier(name) : maskedSql(type, identifier(name), own, name);
      return `${sql} AS ${identifier(name)}`;
    })
    .join(', ');
}

/** A mask and the rest of the way to its value. */
interface Placed {
  readonly column: MaskedColumn;
  readonly number: number;
  readonly path: readonly string[];
}

function below(masks: readonly Placed[], step: string): Placed[] {
  return masks.flatMap((mask) => (mask.path[0] === step ? [{ ...mask, path: mask.path.slice(1) }] : []));
}

function maskedSql(type: IcebergType, sql: string, masks: readonly Placed[], path: string): string {
  const here = masks.find((mask) => mask.path.length === 0);
  if (here) return valueSql(here, type, sql, path);
  if (typeof type === 'string' || type.type === 'map') return sql;
  if (type.type === 'struct') return structSql(type, sql, masks, path);
  const item = identifier(`item of ${path}`);
  const element = maskedSql(type.element, item, below(masks, '[]'), `${path}[]`);
  return `list_transform(${sql}, lambda ${item}: ${element})`;
}

function structSql(struct: IcebergStruct, sql: string, masks: readonly Placed[], path: string): string {
  const fields = struct.fields.map(({ name, type }) => {
    const value = maskedSql(
      type,
      `struct_extract(${sql}, ${literal(name)})`,
      below(masks, name),
      `${path}.${name}`,
    );
    return `${identifier(name)} := ${value}`;
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
}

function valueSql({ column, number }: Placed, type: IcebergType, sql: string, path: string): string {
  const wanted = sqlType(type, path);
  const { mask } = column;
  if (mask.kind === 'redact') {
    if (mask.constant === undefined) return `CAST(NULL AS ${wanted})`;
    return `CASE WHEN ${sql} IS NOT NULL THEN CAST(${literal(mask.constant)} AS ${wanted}) END`;
  }
  const text = wanted === 'BLOB' ? `hex(${sql})` : `CAST(${sql} AS VARCHAR)`;
  const result = `${MASK_FUNCTION}(${text}, ${number})`;
  return wanted === 'BLOB' ? `unhex(${result})` : `CAST(${result} AS ${wanted})`;
}
