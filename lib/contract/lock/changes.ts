import { canWiden } from '../type-promotion';
import type { ContractLock, LockedColumn, LockedTable, LockedType } from './contract-lock';

/** One difference between a locked contract and what it is now. */
export interface ContractChange {
  readonly table: string;
  /** Dotted path of the column; undefined for a change of the whole table. */
  readonly column?: string;
  /** What changed, for example `was int and is string now`. */
  readonly what: string;
  /** What the change does to those who read the table; undefined where they need not care. */
  readonly breaks?: string;
}

/** Every difference in what readers of the tables see, those that break them among them. */
export function contractChanges(before: ContractLock, now: ContractLock): ContractChange[] {
  const tables = new Map(now.tables.map((table) => [table.name, table]));
  const known = new Set(before.tables.map(({ name }) => name));
  return [
    ...before.tables.flatMap((table) => tableChanges(table, tables.get(table.name))),
    ...now.tables.filter(({ name }) => !known.has(name)).map(({ name }) => ({ table: name, what: 'is new' })),
  ];
}

function tableChanges(before: LockedTable, now: LockedTable | undefined): ContractChange[] {
  const table = before.name;
  if (now === undefined) {
    const breaks = 'its readers would see no new rows';
    return [{ table, what: 'is described no more', breaks }];
  }
  const changes = columnChanges(before.columns, now.columns, '').map((change) => ({ table, ...change }));
  if (before.key.join() === now.key.join()) return changes;
  const [was, is] = [before.key, now.key].map((key) => (key.length === 0 ? 'none' : key.join(', ')));
  const breaks = 'a row stands for something else than its readers join by';
  return [...changes, { table, what: `had the primary key ${was}, now ${is}`, breaks }];
}

type ColumnChange = Omit<ContractChange, 'table'>;

function columnChanges(
  before: readonly LockedColumn[],
  now: readonly LockedColumn[],
  parent: string,
): ColumnChange[] {
  const present = new Map(now.map((column) => [column.name, column]));
  const known = new Set(before.map(({ name }) => name));
  return [
    ...before.flatMap(({ name, type, required }) => {
      const column = parent + name;
      const next = present.get(name);
      if (next === undefined) {
        return [{ column, what: 'is gone', breaks: 'it stays in the table and is null from now on' }];
      }
      const changes = typeChanges(type, next.type, column);
      if (required && !next.required)
        changes.push({ column, what: 'was required', breaks: 'its readers would meet nulls' });
      if (!required && next.required) changes.push({ column, what: 'is required now' });
      return changes;
    }),
    ...now
      .filter(({ name }) => !known.has(name))
      .map(({ name }) => ({ column: parent + name, what: 'is new' })),
  ];
}

function typeChanges(before: LockedType, now: LockedType, column: string): ColumnChange[] {
  if (typeof before === 'string' || typeof now === 'string') {
    if (before === now) return [];
    const what = `was ${typeText(before)} and is ${typeText(now)} now`;
    const widened = typeof before === 'string' && typeof now === 'string' && canWiden(before, now);
    return [widened ? { column, what } : { column, what, breaks: 'the table cannot take it' }];
  }
  if ('struct' in before && 'struct' in now) return columnChanges(before.struct, now.struct, `${column}.`);
  if ('list' in before && 'list' in now) {
    const changes = typeChanges(before.list, now.list, `${column}[]`);
    if (before.required && !now.required) {
      const breaks = 'its readers would meet nulls in the list';
      changes.push({ column: `${column}[]`, what: 'was required', breaks });
    }
    return changes;
  }
  const what = `was ${typeText(before)} and is ${typeText(now)} now`;
  return [{ column, what, breaks: 'the table cannot take it' }];
}

function typeText(type: LockedType): string {
  if (typeof type === 'string') return type;
  return 'struct' in type ? 'an object' : 'a list';
}
