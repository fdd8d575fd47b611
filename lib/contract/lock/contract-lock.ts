import { columnName } from '../column-name';
import type { IcebergField, IcebergType } from '../iceberg-types';
import type { SchemaObject } from '../schema-object';
import { tableSchema } from '../table-schema';

/** What readers of a contract's tables rely on, as it was when it was last locked. */
export interface ContractLock {
  readonly contract: string;
  readonly version: string;
  readonly tables: readonly LockedTable[];
}

export interface LockedTable {
  readonly name: string;
  readonly columns: readonly LockedColumn[];
  /** Columns of the primary key, in their order. */
  readonly key: readonly string[];
}

export interface LockedColumn {
  readonly name: string;
  readonly type: LockedType;
  readonly required: boolean;
}

/** An Iceberg type without ids. */
export type LockedType =
  | string
  | { readonly struct: readonly LockedColumn[] }
  | { readonly list: LockedType; readonly required: boolean };

/** The part of a contract a lock is made of. */
export interface Lockable {
  readonly id: string;
  readonly version: string;
  readonly schemas: readonly SchemaObject[];
}

export function lockOf({ id, version, schemas }: Lockable): ContractLock {
  return { contract: id, version, tables: schemas.map(lockedTable) };
}

/** Name of the lock beside a contract file: `orders.odcs.yaml` → `orders.odcs.lock.json`. */
export function lockFileOf(contractFile: string): string {
  return `${contractFile.replace(/\.(ya?ml|json)$/i, '')}.lock.json`;
}

/** The text of a lock file: one column a line, so that a review shows what changed. */
export function lockText(lock: ContractLock): string {
  const column = (one: LockedColumn): string => `        ${JSON.stringify(one)}`;
  const table = ({ name, key, columns }: LockedTable): string =>
    [
      '    {',
      `      "name": ${JSON.stringify(name)},`,
      `      "key": ${JSON.stringify(key)},`,
      '      "columns": [',
      columns.map(column).join(',\n'),
      '      ]',
      '    }',
    ].join('\n');
  return `{
  "contract": ${JSON.stringify(lock.contract)},
  "version": ${JSON.stringify(lock.version)},
  "tables": [
${lock.tables.map(table).join(',\n')}
  ]
}
`;
}

/** @throws Error when the text is no lock */
export function parseLock(text: string): ContractLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON (${(error as Error).message}).`);
  }
  const lock = value as Partial<ContractLock> | null;
  const isLock =
    typeof lock?.contract === 'string' &&
    typeof lock.version === 'string' &&
    Array.isArray(lock.tables) &&
    lock.tables.every(isLockedTable);
  if (!isLock) throw new Error('is no lock of a contract.');
  return lock as ContractLock;
}

function isLockedTable(value: unknown): boolean {
  const table = value as Partial<LockedTable> | null;
  return (
    typeof table?.name === 'string' &&
    Array.isArray(table.key) &&
    Array.isArray(table.columns) &&
    table.columns.every(isLockedColumn)
  );
}

function isLockedColumn(value: unknown): boolean {
  const column = value as Partial<LockedColumn> | null;
  return (
    typeof column?.name === 'string' && typeof column.required === 'boolean' && isLockedType(column.type)
  );
}

function isLockedType(value: unknown): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  if ('struct' in value) return Array.isArray(value.struct) && value.struct.every(isLockedColumn);
  return 'list' in value && isLockedType(value.list);
}

function lockedTable(schema: SchemaObject): LockedTable {
  const key = schema.primaryKey.map((name) =>
    columnName(schema.properties.find((property) => property.name === name)!),
  );
  return { name: schema.tableName, columns: tableSchema(schema).fields.map(lockedColumn), key };
}

function lockedColumn({ name, type, required }: IcebergField): LockedColumn {
  return { name, type: lockedType(type), required };
}

function lockedType(type: IcebergType): LockedType {
  if (typeof type === 'string') return type;
  switch (type.type) {
    case 'struct':
      return { struct: type.fields.map(lockedColumn) };
    case 'list':
      return { list: lockedType(type.element), required: type['element-required'] };
    case 'map':
      throw new Error('No contract describes a map.');
  }
}
