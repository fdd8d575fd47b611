import { columnName } from './column-name';
import type { SchemaObject } from './schema-object';

/**
 * How the rows of a bronze table become those of its silver table, by the names of columns. Plain data, so that it
 * travels to a handler as JSON.
 */
export interface Refinement {
  /** Columns of the primary key, in their order; empty where every row stands for itself. */
  readonly key: string[];
  /** Column of the event time: of two rows of one key the later wins. @default - the arrival decides */
  readonly eventTime?: string;
  /** Which rows say that the row of their key is gone. @default - none do */
  readonly deletion?: RowDeletion;
}

/** Rows that delete: those whose column holds one of the values. */
export interface RowDeletion {
  readonly column: string;
  /** Text, numbers or booleans, as records carry them. */
  readonly values: unknown[];
}

/** The refinement that a schema object asks for. */
export function refinementOf(schema: SchemaObject): Refinement {
  const column = (name: string): string => {
    const property = schema.properties.find((one) => one.name === name);
    return property === undefined ? name : columnName(property);
  };
  const { primaryKey, eventTime, deletion } = schema;
  return {
    key: primaryKey.map(column),
    ...(eventTime !== undefined && { eventTime: column(eventTime) }),
    ...(deletion !== undefined && {
      deletion: { column: column(deletion.property), values: [...deletion.values] },
    }),
  };
}
