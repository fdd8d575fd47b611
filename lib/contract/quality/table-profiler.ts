import { createHash } from 'node:crypto';
import { columnName } from '../column-name';
import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import type { SchemaObject } from '../schema-object';
import type { Column } from './planned-check';
import { TABLE_ALIAS, columnSql } from './row-predicate';
import { SqlDialect, isNumericType, quoteName } from './sql-dialect';

/** What is in one column of a table. Counts are decimal text. */
export interface ColumnProfile {
  /** Dotted path of the property. */
  readonly column: string;
  /** Iceberg type; `struct` or `list` for a nested one. */
  readonly type: string;
  /** SHA-256 of the column's name, type and whether it is required, 16 hexadecimal digits: another schema, another hash. */
  readonly schemaHash: string;
  readonly rows: string;
  readonly nulls: string;
  /** Distinct values without null. @default - a struct or a list */
  readonly distincts?: string;
  /** Values that repeat another: rows less nulls less distinct values. @default - a struct or a list */
  readonly duplicates?: string;
  /** Smallest value as text. @default - no value, no order, or a classified column */
  readonly minimum?: string;
  /** Largest value as text. @default - no value, no order, or a classified column */
  readonly maximum?: string;
}

/** A column as it is profiled: plain data. Internal. */
export interface ProfiledColumn {
  readonly path: string;
  readonly column: Column;
  readonly required: boolean;
  readonly hasRange: boolean;
}

/** Values of these columns may be shown; a column without a classification has not been called a secret. */
const SHOWN = [undefined, 'public', 'internal'];
const ORDERED = /^(string|date|time|timestamp|timestamptz)$/;

/** Profiles a table described by a contract: nulls, distinct values, duplicates and range of every column, in one scan. */
export class TableProfiler {
  /** Profiles the columns of the schema object, those within structs among them. */
  public static of(schema: SchemaObject): TableProfiler {
    return new TableProfiler(schema.properties.flatMap((property) => profiled(property, [])));
  }

  /**
   * The profiler of compiled columns, as a handler is given them.
   * @internal
   */
  public static _ofColumns(columns: ProfiledColumn[]): TableProfiler {
    return new TableProfiler(columns);
  }

  private constructor(private readonly columns: ProfiledColumn[]) {}

  /**
   * What a handler needs to profile: plain data, which JSON carries.
   * @internal
   */
  public get _columns(): ProfiledColumn[] {
    return this.columns;
  }

  /**
   * The query that measures the profile. It gives one row.
   *
   * @param table the table's name with what qualifies it, for example `['lake_bronze', 'orders']`.
   */
  public query(dialect: SqlDialect, table: string[]): string {
    const aggregates = this.columns.flatMap((column) => aggregatesOf(column, dialect));
    const text = dialect === SqlDialect.SPARK ? 'STRING' : 'VARCHAR';
    const measures = ['count(*)', ...aggregates].map((sql, index) => `CAST(${sql} AS ${text}) AS m${index}`);
    const name = table.map((part) => quoteName(part, dialect)).join('.');
    return `SELECT ${measures.join(',\n       ')}\nFROM ${name} AS ${TABLE_ALIAS}`;
  }

  /**
   * The profile in the row that the query gave.
   *
   * @param row the row's values in their order; SQL NULL is null.
   */
  public read(row: unknown[]): ColumnProfile[] {
    const rows = String(row[0]);
    let at = 1;
    const next = (): string | undefined => {
      const value = row[at++];
      return value == null ? undefined : String(value);
    };
    return this.columns.map(({ path, column, required, hasRange }) => {
      const present = BigInt(next() ?? 0);
      const distincts = isNested(column) ? undefined : (next() ?? '0');
      const minimum = hasRange ? next() : undefined;
      const maximum = hasRange ? next() : undefined;
      return {
        column: path,
        type: column.type,
        schemaHash: schemaHash(column, required),
        rows,
        nulls: String(BigInt(rows) - present),
        ...(distincts !== undefined && { distincts, duplicates: String(present - BigInt(distincts)) }),
        ...(minimum !== undefined && { minimum }),
        ...(maximum !== undefined && { maximum }),
      };
    });
  }
}

function profiled(property: ContractProperty, parents: readonly string[]): ProfiledColumn[] {
  const type = columnType(property);
  const name = type.kind === 'primitive' || type.kind === 'json' ? type.type : type.kind;
  const column: Column = { path: [...parents, columnName(property)], type: name };
  const isOrdered = type.kind === 'primitive' && (ORDERED.test(name) || isNumericType(name));
  const own = {
    path: property.path,
    column,
    required: property.required,
    hasRange: isOrdered && SHOWN.includes(property.classification?.toLowerCase()),
  };
  const fields = type.kind === 'struct' ? type.fields : [];
  return [own, ...fields.flatMap((field) => profiled(field, column.path))];
}

function aggregatesOf({ column, hasRange }: ProfiledColumn, dialect: SqlDialect): string[] {
  const sql = columnSql(column, dialect);
  return [
    `count(${sql})`,
    ...(isNested(column) ? [] : [`count(DISTINCT ${sql})`]),
    ...(hasRange ? [`min(${sql})`, `max(${sql})`] : []),
  ];
}

function isNested({ type }: Column): boolean {
  return type === 'struct' || type === 'list';
}

function schemaHash({ path, type }: Column, required: boolean): string {
  return createHash('sha256')
    .update(JSON.stringify([path, type, required]))
    .digest('hex')
    .slice(0, 16);
}
