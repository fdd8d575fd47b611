import { quoteName, type SqlDialect, valueLiteral } from '../../../lib/contract/quality/sql-dialect';
import { sqlType } from '../../../lib/contract/transform/sql-type';
import { expressionInDialect } from '../../../lib/contract/transform/transform-query';
import type { Transformation, TransformationInput } from '../../../lib/contract/transform/transformation';
import { type SqlEngine, SqlRefused } from './engine';
import type { InputState } from './input-change';
import type { TransformRequest } from './request';

/** More values than this and everything is worked out anew: a statement has to stay a statement. */
export const MOST_VALUES = 10_000;

/** What of the target a run works out anew. */
export type Scope =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'whole'; readonly reason: string }
  | { readonly kind: 'values'; readonly column: string; readonly values: readonly (string | null)[] }
  /** Rows that came or changed in the driving input are merged. */
  | { readonly kind: 'changes'; readonly driver: string };

export interface NamedState extends InputState {
  readonly input: TransformationInput;
}

/** The rows in which an input differs from what was consumed, of both times: a query. */
export async function changedRows(engine: SqlEngine, state: InputState): Promise<string> {
  const [added, removed] = await bothTimes(engine, state);
  if (removed === undefined) return added;
  return `((${added}) EXCEPT ALL (${removed}))\nUNION ALL\n((${removed}) EXCEPT ALL (${added}))`;
}

/** The rows that an input has now and did not have, or not so often, when it was consumed: a query. */
export async function newRows(engine: SqlEngine, state: InputState): Promise<string> {
  const [added, removed] = await bothTimes(engine, state);
  return removed === undefined ? added : `(${added}) EXCEPT ALL (${removed})`;
}

async function bothTimes(
  engine: SqlEngine,
  { table, snapshot, change }: InputState,
): Promise<[added: string, removed?: string]> {
  if (change.kind !== 'files') throw new Error(`The change of ${table.uri} is not known by files.`);
  const added = await engine.read({ table, snapshot, files: change.added });
  if (change.removed.length === 0) return [added];
  return [added, await engine.read({ table, snapshot: change.older, files: change.removed })];
}

/** Decides what to work out: as little as is known to be enough. */
export async function scopeOf(
  transformation: Transformation,
  states: readonly NamedState[],
  request: TransformRequest,
  rebuild: string | undefined,
  engine: SqlEngine,
): Promise<Scope> {
  const { mode } = transformation;
  if (request.values !== undefined) return requestedValues(transformation, request.values, engine.dialect);
  if (request.whole) return { kind: 'whole', reason: 'it was asked for' };
  if (rebuild !== undefined) return { kind: 'whole', reason: rebuild };
  const changed = states.filter(({ change, input }) => change.kind !== 'none' && !input.lookup);
  if (mode.kind === 'full' || (mode.kind === 'merge' && mode.driver === undefined)) {
    if (request.always) return { kind: 'whole', reason: 'its time has come' };
    return changed.length === 0 ? { kind: 'nothing' } : { kind: 'whole', reason: describe(changed) };
  }
  if (changed.length === 0) return { kind: 'nothing' };
  const unknown = changed.find(({ change }) => change.kind === 'unknown');
  if (unknown?.change.kind === 'unknown') {
    return { kind: 'whole', reason: `${unknown.input.name}: ${unknown.change.reason}` };
  }
  if (mode.kind === 'merge') {
    const other = changed.find(({ input }) => input.name !== mode.driver);
    if (other)
      return { kind: 'whole', reason: `${other.input.name} changed, which does not drive the merge` };
    return { kind: 'changes', driver: mode.driver! };
  }
  return changedValues(transformation, mode.column, changed, engine);
}

function describe(changed: readonly NamedState[]): string {
  return `changed: ${changed.map(({ input }) => input.name).join(', ')}`;
}

function requestedValues(
  { mode, output }: Transformation,
  values: readonly string[],
  dialect: SqlDialect,
): Scope {
  if (mode.kind !== 'incremental') {
    throw new SqlRefused(
      `Values were asked for, but the mode is ${mode.kind}. Allowed in the incremental mode only: leave out "values".`,
    );
  }
  const type = output.columns.find(({ name }) => name === mode.column)!.type as string;
  const wrong = values.find((value) => valueLiteral(value, type, dialect) === undefined);
  if (wrong === undefined) return { kind: 'values', column: mode.column, values };
  throw new SqlRefused(
    `"${wrong.slice(0, 80)}" is no value of ${mode.column}, a column of type ${type}. Allowed: values as the column has them.`,
  );
}

async function changedValues(
  { output }: Transformation,
  column: string,
  changed: readonly NamedState[],
  engine: SqlEngine,
): Promise<Scope> {
  const values = new Set<string | null>();
  for (const state of changed) {
    const sql =
      `SELECT DISTINCT CAST(v.v AS ${sqlType('string', engine.dialect)}) AS v FROM (` +
      `SELECT ${valueOf(state.input, column, engine.dialect)} AS v FROM (${await changedRows(engine, state)}) AS c` +
      `) AS v LIMIT ${MOST_VALUES + 1}`;
    if (isTooLong(engine, sql)) {
      return { kind: 'whole', reason: `${state.input.name} changed in more files than a statement names` };
    }
    for (const [value] of await engine.query(sql)) values.add(value);
    if (values.size > MOST_VALUES) {
      return { kind: 'whole', reason: `more than ${MOST_VALUES} values of ${column} changed` };
    }
  }
  const type = output.columns.find(({ name }) => name === column)!.type as string;
  const odd = [...values].find(
    (value) => value !== null && valueLiteral(value, type, engine.dialect) === undefined,
  );
  if (odd !== undefined) {
    throw new SqlRefused(
      `The inputs hold "${odd!.slice(0, 80)}" for ${column}, a column of type ${type}: let the input's changedValue give values of that type.`,
    );
  }
  return values.size === 0 ? { kind: 'nothing' } : { kind: 'values', column, values: [...values].sort() };
}

/** The expression over an input's columns whose value is that of the incremental column. */
export function valueOf(input: TransformationInput, column: string, dialect: SqlDialect): string {
  return input.changedValue === undefined
    ? quoteName(column, dialect)
    : `(${expressionInDialect(input.changedValue, dialect)})`;
}

/** True for the rows of a scope's values. */
export function hasOneOf(
  expression: string,
  values: readonly (string | null)[],
  type: string,
  dialect: SqlDialect,
): string {
  const literals = values.flatMap((value) => (value === null ? [] : [valueLiteral(value, type, dialect)!]));
  const conditions = [
    ...(literals.length > 0 ? [`${expression} IN (${literals.join(', ')})`] : []),
    ...(values.includes(null) ? [`${expression} IS NULL`] : []),
  ];
  return conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;
}

export function isTooLong(engine: SqlEngine, sql: string): boolean {
  return engine.commits === 'statements' && sql.length > engine.longestStatement;
}
