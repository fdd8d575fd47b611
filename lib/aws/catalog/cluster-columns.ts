import { Token } from 'aws-cdk-lib';
import type { IcebergSchema, IcebergStruct, IcebergType } from '../../contract/iceberg-types';

/**
 * Refuses columns that rows cannot be sorted by.
 * @throws Error naming the table, the column and what the table has
 */
export function validateClusterBy(table: string, schema: IcebergSchema, columns: readonly string[]): void {
  const known = columns.filter((column) => !Token.isUnresolved(column));
  for (const [i, column] of known.entries()) {
    const type = typeOf(schema, column);
    if (type === undefined) {
      const names = schema.fields.map(({ name }) => name).join(', ');
      throw new Error(`clusterBy of ${table}: there is no column "${column}". It has: ${names}.`);
    }
    if (typeof type !== 'string')
      throw new Error(
        `clusterBy of ${table}: "${column}" is a ${type.type}. Rows are sorted by primitive columns; name one, ` +
          'in a struct as "<struct>.<column>".',
      );
    if (known.indexOf(column) < i)
      throw new Error(`clusterBy of ${table}: "${column}" is there twice. Name each column once.`);
  }
}

function typeOf(struct: IcebergStruct, path: string): IcebergType | undefined {
  const [name, ...rest] = path.split('.');
  const type = struct.fields.find((field) => field.name === name)?.type;
  if (rest.length === 0 || type === undefined) return type;
  return typeof type !== 'string' && type.type === 'struct' ? typeOf(type, rest.join('.')) : undefined;
}
