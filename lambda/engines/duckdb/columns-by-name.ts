import type { IcebergField, IcebergType } from '../../../lib/contract/iceberg-types';
import { sqlType } from './column-types';
import { identifier, literal } from './sql-text';

/**
 * Columns of one table as those of another that has been found to fit it, by name: what the other lacks is left out, what
 * it has beyond is null.
 */
export function columnsByName(from: readonly IcebergField[], to: readonly IcebergField[]): string {
  return to
    .map(({ name, type }) => {
      const source = from.find((one) => one.name === name);
      const value = source
        ? converted(source.type, type, identifier(name), name)
        : `CAST(NULL AS ${sqlType(type, name)})`;
      return `${value} AS ${identifier(name)}`;
    })
    .join(', ');
}

function converted(from: IcebergType, to: IcebergType, sql: string, path: string): string {
  const [source, target] = [sqlType(from, path), sqlType(to, path)];
  if (source === target) return sql;
  if (typeof from === 'string' || typeof to === 'string') return `CAST(${sql} AS ${target})`;
  if (from.type === 'struct' && to.type === 'struct') {
    const fields = to.fields.map(({ name, type }) => {
      const field = from.fields.find((one) => one.name === name);
      const value = field
        ? converted(field.type, type, `struct_extract(${sql}, ${literal(name)})`, `${path}.${name}`)
        : `CAST(NULL AS ${sqlType(type, `${path}.${name}`)})`;
      return `${identifier(name)} := ${value}`;
    });
    return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
  }
  if (from.type === 'list' && to.type === 'list') {
    const item = identifier(`item of ${path}`);
    return `list_transform(${sql}, lambda ${item}: ${converted(from.element, to.element, item, `${path}[]`)})`;
  }
  return `CAST(${sql} AS ${target})`;
}
