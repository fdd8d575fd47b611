import type { IcebergField, IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import type { Refinement } from '../../../lib/contract/refinement';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type { TableRow } from '../../rows/read-rows';
import { CannotRefine } from './refine-failure';
import type { RefineTables } from './increment';

const WIDER: Record<string, string> = { int: 'long', float: 'double' };

/**
 * Compares the columns of bronze and silver, by name. Silver may lack columns that bronze has: they are left out. It may
 * have more: they are null.
 * @returns paths of bronze's columns that silver has none for
 * @throws CannotRefine when values of bronze do not fit into silver, or a table lacks a column that is needed
 */
export function columnsLeftOut(
  { bronze, silver, tombstones }: RefineTables,
  refinement: Refinement,
): string[] {
  const { key, eventTime, deletion } = refinement;
  const { lane, position, arrivedAt, extra } = TECHNICAL_COLUMNS;
  const needed = [lane, position, arrivedAt, ...key, ...(eventTime === undefined ? [] : [eventTime])];
  requireColumns('bronze', bronze, [...needed, ...(deletion === undefined ? [] : [deletion.column])]);
  requireColumns('silver', silver, needed);
  if (tombstones) requireColumns('the tombstones', tombstones, needed);
  if (deletion && !tombstones) {
    throw new CannotRefine(
      `Rows whose ${deletion.column} is one of ${JSON.stringify(deletion.values)} delete, and there is no table of tombstones. ` +
        `Give one: without it a late row would bring back what was deleted.`,
    );
  }
  return compare(bronze.schema, silver.schema, '').filter((path) => path !== extra);
}

function requireColumns(
  what: string,
  { location, schema }: { readonly location: string; readonly schema: IcebergStruct },
  names: readonly string[],
): void {
  const has = schema.fields.map(({ name }) => name);
  const missing = names.filter((name) => !has.includes(name));
  if (missing.length === 0) return;
  throw new CannotRefine(
    `${what} (${location}) lacks ${missing.join(', ')}. It has: ${has.join(', ')}. Deploy the table anew from the contract.`,
  );
}

function compare(from: IcebergStruct, to: IcebergStruct, parent: string): string[] {
  return from.fields.flatMap((field) => {
    const target = to.fields.find(({ name }) => name === field.name);
    const path = parent + field.name;
    return target === undefined ? [path] : compareTypes(field.type, target.type, path);
  });
}

function compareTypes(from: IcebergType, to: IcebergType, path: string): string[] {
  if (typeof from !== 'string' && typeof to !== 'string') {
    if (from.type === 'struct' && to.type === 'struct') return compare(from, to, `${path}.`);
    if (from.type === 'list' && to.type === 'list')
      return compareTypes(from.element, to.element, `${path}[]`);
  } else if (typeof from === 'string' && typeof to === 'string' && fits(from, to)) return [];
  throw new CannotRefine(
    `Column ${path} is ${typeText(from)} in bronze and ${typeText(to)} in silver. Allowed in silver: the same type or a wider one. ` +
      `Change silver, or give the column another name.`,
  );
}

function fits(from: string, to: string): boolean {
  if (from === to || WIDER[from] === to) return true;
  const [narrow, wide] = [from, to].map((type) => /^decimal\((\d+),\s*(\d+)\)$/.exec(type));
  return narrow !== null && wide !== null && narrow[2] === wide[2] && Number(wide[1]) >= Number(narrow[1]);
}

function typeText(type: IcebergType): string {
  return typeof type === 'string' ? type : type.type;
}

/** Finds the first required column, nested ones too, that a row has no value for; undefined for a row that is complete. */
export function missingColumn({ fields }: IcebergStruct): (row: TableRow) => string | undefined {
  const checks = fields.flatMap((field) => check(field) ?? []);
  return (row) => {
    for (const one of checks) {
      const path = one(row);
      if (path !== undefined) return path;
    }
    return undefined;
  };
}

type Check = (value: TableRow) => string | undefined;

/** Undefined for a column that cannot lack anything. */
function check({ name, required, type }: IcebergField): Check | undefined {
  const inside = checkInside(type);
  if (!required && !inside) return undefined;
  return (row) => {
    const value = row[name];
    if (value === null || value === undefined) return required ? name : undefined;
    const path = inside?.(value);
    return path === undefined ? undefined : name + path;
  };
}

function checkInside(type: IcebergType): ((value: unknown) => string | undefined) | undefined {
  if (typeof type === 'string' || type.type === 'map') return undefined;
  if (type.type === 'struct') {
    const checks = type.fields.flatMap((field) => check(field) ?? []);
    if (checks.length === 0) return undefined;
    return (value) => {
      for (const one of checks) {
        const path = one(value as TableRow);
        if (path !== undefined) return `.${path}`;
      }
      return undefined;
    };
  }
  const { element, 'element-required': required } = type;
  const inside = checkInside(element);
  if (!required && !inside) return undefined;
  return (value) => {
    for (const [i, item] of (value as unknown[]).entries()) {
      if (item === null || item === undefined) {
        if (required) return `[${i}]`;
      } else {
        const path = inside?.(item);
        if (path !== undefined) return `[${i}]${path}`;
      }
    }
    return undefined;
  };
}

/** Whether a row deletes the row of its key. Values compare as text: records may carry the number 1 as "1". */
export function deletesRow({ deletion }: Refinement): (row: TableRow) => boolean {
  if (deletion === undefined) return () => false;
  const values = new Set(deletion.values.map(String));
  return (row) => {
    const value = row[deletion.column];
    return value !== null && value !== undefined && values.has(String(value));
  };
}
