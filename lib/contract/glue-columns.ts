import { catalogName } from './column-name';
import type { IcebergSchema, IcebergType } from './iceberg-types';

/** One column as the Glue Data Catalog declares it. */
export interface GlueColumn {
  /** Lower case, as Glue keeps it. */
  readonly name: string;
  /** Hive type, for example `struct<width:int,height:int>`. */
  readonly type: string;
  /** @default - none */
  readonly comment?: string;
}

/** Iceberg types whose Hive name differs; Glue has no type for `time` and `uuid`, and Iceberg writes `string` there. */
const HIVE_TYPES: Record<string, string> = {
  long: 'bigint',
  time: 'string',
  timestamptz: 'timestamp',
  uuid: 'string',
};
/** Glue refuses a longer comment. */
const MAX_COMMENT = 255;

/** The columns of a table as Glue shows them. The table's own metadata stays what readers go by. */
export function glueColumns(schema: IcebergSchema): GlueColumn[] {
  return schema.fields.map((field) => ({
    name: field.name.toLowerCase(),
    type: hiveType(field.type),
    ...(field.doc === undefined ? {} : { comment: field.doc.replace(/\s+/g, ' ').slice(0, MAX_COMMENT) }),
  }));
}

function hiveType(type: IcebergType): string {
  if (typeof type === 'string') return type.startsWith('fixed') ? 'binary' : (HIVE_TYPES[type] ?? type);
  switch (type.type) {
    case 'struct':
      // Within a type, a blank or a colon would be read as syntax.
      return `struct<${type.fields.map((field) => `${catalogName(field.name)}:${hiveType(field.type)}`).join(',')}>`;
    case 'list':
      return `array<${hiveType(type.element)}>`;
    case 'map':
      return `map<${hiveType(type.key)},${hiveType(type.value)}>`;
  }
}
