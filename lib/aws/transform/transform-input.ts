import type { DataContract, SchemaObject } from '../../contract';
import type { IcebergSchema } from '../../contract/iceberg-types';
import { silverSchema } from '../../contract/table-schema';
import { type ILakeTable, LakeTable } from '../catalog';

/** A table, under the name the SQL has for it. */
export interface TransformInput {
  /** Letters, digits and underscores. */
  readonly name: string;
  readonly table: ILakeTable;
  /**
   * Whether a change of this table alone asks for no run: a table of names, of categories.
   * @default false
   */
  readonly lookup?: boolean;
  /**
   * SQL over the columns of this table that gives the value of the column of `TransformMode.incremental`, for example
   * `CAST(ordered_at AS DATE)`.
   * @default - the column of the same name
   */
  readonly changedValue?: string;
  /**
   * Contract of an imported table.
   * @default - that of a LakeTable. An imported table without one leaves the SQL unchecked at synthesis
   */
  readonly contract?: DataContract;
  /**
   * Schema object in the contract of an imported table.
   * @default - the contract's first
   */
  readonly schemaName?: string;
  /**
   * Table the results of its gates are kept in: the one of its `SilverProcessor`, or another `LakeTable` with
   * `content: TableContent.QUALITY_RESULTS`.
   * @default - none: the results are metrics and log lines only
   */
  readonly quality?: ILakeTable;
}

/** The contract that describes an input. */
export function contractOf({ contract, table }: TransformInput): DataContract | undefined {
  return contract ?? (table instanceof LakeTable ? table._contract : undefined);
}

/** The columns of an input, as far as somebody said what they are. */
export function columnsOf(input: TransformInput): IcebergSchema | undefined {
  if (input.contract !== undefined) return silverSchema(input.contract.schema(input.schemaName));
  return input.table instanceof LakeTable ? input.table._columns : undefined;
}

/** The schema object behind an input. */
export function schemaOf(input: TransformInput): SchemaObject | undefined {
  if (input.contract !== undefined) return input.contract.schema(input.schemaName);
  return input.table instanceof LakeTable ? input.table.schema : undefined;
}
