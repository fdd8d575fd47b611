import type { IcebergType } from '../iceberg-types';
import type { QualityPlan } from '../quality/planned-check';
import type { SqlParameterDefinition } from './sql-parameter';

/** File, beside the bundle, that exports the transformation as `transformation`. */
export const TRANSFORMATION_FILE = 'transformation.mjs';

/**
 * What a gold table is made of and how: plain data that a construct lays beside the handler. The URIs of the tables are in
 * the environment, since only deployment knows them.
 */
export interface Transformation {
  /** Name of the data product, for metrics and logs. */
  readonly name: string;
  readonly sql: string;
  /** In the order of the environment's URIs. */
  readonly inputs: readonly TransformationInput[];
  readonly output: TransformationOutput;
  readonly mode: TransformationMode;
  readonly parameters: readonly SqlParameterDefinition[];
  /** Rules that the inputs have to meet before anything is written. */
  readonly gates: readonly TransformationGate[];
}

/** A table under the name the SQL has for it. */
export interface TransformationInput {
  readonly name: string;
  /** A change of it alone asks for no new run over what is there. */
  readonly lookup: boolean;
  /** SQL over its columns that gives the value of the incremental mode's column. @default - the column of that name */
  readonly changedValue?: string;
}

export interface TransformationOutput {
  readonly columns: readonly TransformationColumn[];
  /** Columns of the primary key; empty without one. */
  readonly key: readonly string[];
}

export interface TransformationColumn {
  readonly name: string;
  readonly type: IcebergType;
  readonly required: boolean;
}

export type TransformationMode =
  | { readonly kind: 'full' }
  | { readonly kind: 'incremental'; readonly column: string }
  | { readonly kind: 'merge'; readonly driver?: string };

export interface TransformationGate {
  /** Name of the input. */
  readonly input: string;
  readonly plan: QualityPlan;
  /** The contract whose rules they are. */
  readonly contractId: string;
  readonly contractVersion: string;
}
