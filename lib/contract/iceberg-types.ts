/**
 * The shape of an Iceberg schema as table metadata spells it (Iceberg specification, appendix C).
 * Shared by the contract compiler, which writes it, and the handlers, which read it back from a table.
 * Internal: not part of the jsii-expressible public surface.
 */

/**
 * `boolean`, `int`, `long`, `float`, `double`, `decimal(P,S)`, `date`, `time`, `timestamp`, `timestamptz`,
 * `string`, `uuid`, `fixed[L]`, `binary`.
 */
export type IcebergPrimitive = string;

export interface IcebergStruct {
  readonly type: 'struct';
  readonly fields: IcebergField[];
}

export interface IcebergList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: IcebergType;
  readonly 'element-required': boolean;
}

export interface IcebergMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly value: IcebergType;
  readonly 'value-required': boolean;
}

export type IcebergType = IcebergPrimitive | IcebergStruct | IcebergList | IcebergMap;

export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

/** A schema as it stands in table metadata: a struct with an id, and the ids of the row key columns. */
export interface IcebergSchema extends IcebergStruct {
  readonly 'schema-id'?: number;
  readonly 'identifier-field-ids'?: number[];
}

/** `transform` is `identity`, `year`, `month`, `day`, `hour`, `bucket[N]`, `truncate[W]` or `void`. */
export interface IcebergPartitionField {
  readonly 'source-id': number;
  readonly 'field-id': number;
  readonly name: string;
  readonly transform: string;
}

export interface IcebergPartitionSpec {
  readonly 'spec-id': number;
  readonly fields: IcebergPartitionField[];
}
