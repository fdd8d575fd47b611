import { createHash } from 'node:crypto';
import { QualityGates } from '../../../lib/contract/quality/quality-gates';
import { GateDecision, type QualityGateResult } from '../../../lib/contract/quality/quality-result';
import { quoteName } from '../../../lib/contract/quality/sql-dialect';
import { parameterValues } from '../../../lib/contract/transform/sql-parameter';
import {
  sqlInDialect,
  transformQuery,
  type QuerySource,
} from '../../../lib/contract/transform/transform-query';
import type { Transformation, TransformationGate } from '../../../lib/contract/transform/transformation';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import type { TableFile } from '../../tables/table-files';
import { WriteConflict } from '../../tables/replaced-files';
import { AppendOutcome, type CommitNotes, type LaneRange } from '../../tables/table';
import { GateHalted } from '../quality/gate-step';
import { judgeRows } from '../quality/judge-table';
import { commitFiles } from './commit-files';
import { type SqlEngine, SqlRefused } from './engine';
import { filesOfValues } from './files-of-values';
import { inputState } from './input-change';
import { replaceStatement, upsertStatement } from './merge-statement';
import type { TransformRequest } from './request';
import { hasOneOf, isTooLong, type NamedState, newRows, type Scope, scopeOf, valueOf } from './scope';

/** Table property: the transformation that the target's rows are made by. Another one makes all of them anew. */
export const TRANSFORMATION_PROPERTY = 'lakehouse.transformation';

const ATTEMPTS = 10;

/** The tables and the engine of a transform. */
export interface TransformTargets {
  /** In the order of the transformation's inputs. */
  readonly inputs: readonly IcebergTable[];
  readonly output: IcebergTable;
  readonly engine: SqlEngine;
  /** Told what the gates of an input gave, also of one that halts, and over which snapshot. */
  readonly gateResults: (
    gate: TransformationGate,
    results: readonly QualityGateResult[],
    snapshot: Snapshot | undefined,
  ) => Promise<void> | void;
}

/** What a run did. */
export interface TransformReport {
  readonly scope: Scope['kind'];
  /** Why all was worked out anew; undefined where it was not. */
  readonly reason?: string;
  /** Values worked out anew, in the incremental mode. */
  readonly values?: number;
  /** Files of the inputs that were new to this run. */
  readonly changedFiles: number;
  /** Rows that the commit wrote; unknown where the engine commits by itself. */
  readonly writtenRows?: number;
  readonly snapshotId?: string;
  /** Runs that others overtook, before the one that committed. */
  readonly conflicts: number;
}

/** What is committed, whichever way. */
export interface PlannedWrite {
  readonly query: string;
  readonly scope: Scope;
  readonly ranges: readonly LaneRange[];
  readonly notes: CommitNotes;
}

/**
 * Brings the output up to date with its inputs. Run again after a crash at any point, or next to another run, it leaves
 * the same rows: files are committed together with the progress, and statements replace what they wrote before.
 * @throws SqlRefused for what fails however often it is tried
 * @throws GateHalted before anything is written
 */
export async function runTransform(
  transformation: Transformation,
  request: TransformRequest,
  targets: TransformTargets,
): Promise<TransformReport> {
  for (let conflicts = 0; ; conflicts++) {
    const report = await runOnce(transformation, request, targets, conflicts);
    if (report !== undefined) return report;
    if (conflicts === ATTEMPTS) {
      throw new Error(`Other commits to ${targets.output.uri} overtook ${ATTEMPTS} runs: try again later.`);
    }
    await targets.output.state.backOff(conflicts + 1);
  }
}

/** Undefined where another commit got in between. */
async function runOnce(
  transformation: Transformation,
  request: TransformRequest,
  targets: TransformTargets,
  conflicts: number,
): Promise<TransformReport | undefined> {
  const { output, engine } = targets;
  await Promise.all([...targets.inputs, output].map((table) => table.refresh()));
  const states = await Promise.all(
    targets.inputs.map(async (table, index): Promise<NamedState> => ({
      ...(await inputState(table, output)),
      input: transformation.inputs[index],
    })),
  );
  const hash = hashOf(transformation);
  const known = output.property(TRANSFORMATION_PROPERTY);
  const rebuild =
    known === undefined || known === hash ? undefined : 'the transform is another than the one before';
  let scope = await scopeOf(transformation, states, request, rebuild, engine);
  // Values that were asked for are no progress: what else changed is still to come.
  const ranges = request.values === undefined ? states.flatMap(({ range }) => (range ? [range] : [])) : [];
  const summary: { [name: string]: string } = { 'lakehouse.request': request.id };
  const notes: CommitNotes = {
    summary,
    ...(scope.kind === 'whole' && known !== hash && { properties: { [TRANSFORMATION_PROPERTY]: hash } }),
  };
  const counted = {
    changedFiles: states.reduce(
      (sum, { change }) => sum + (change.kind === 'files' ? change.added.length : 0),
      0,
    ),
    conflicts,
  };
  if (scope.kind === 'nothing') {
    if (ranges.length > 0) await output.append([], ranges, notes);
    return { scope: scope.kind, ...counted };
  }
  await passGates(transformation, states, targets);
  let write = await plan(transformation, states, scope, request, engine, { ranges, notes });
  if (engine.commits === 'statements') {
    let statement = statementOf(transformation, write, engine.tableName(output.uri), engine);
    if (isTooLong(engine, statement) && scope.kind !== 'whole') {
      scope = { kind: 'whole', reason: 'the changes make too long a statement' };
      write = await plan(transformation, states, scope, request, engine, { ranges, notes });
      statement = statementOf(transformation, write, engine.tableName(output.uri), engine);
    }
    if (isTooLong(engine, statement)) {
      throw new SqlRefused(
        `The statement has ${statement.length} characters, ${engine.longestStatement} are allowed: shorten the SQL.`,
      );
    }
    await engine.execute(statement);
    await output.refresh();
    // Moved by another run meanwhile, it is where it has to be.
    await output.append([], [...ranges], notes);
    return { ...reportOf(scope), ...counted, snapshotId: currentId(output) };
  }
  try {
    const { outcome, rows } = await commitFiles(engine, output, transformation, write);
    if (outcome !== AppendOutcome.COMMITTED) return undefined;
    return { ...reportOf(scope), ...counted, writtenRows: rows, snapshotId: currentId(output) };
  } catch (error) {
    if (error instanceof WriteConflict) return undefined;
    throw error;
  }
}

/** All inputs' gates are measured over what is read, so that nothing else can be written than was judged. */
async function passGates(
  { gates }: Transformation,
  states: readonly NamedState[],
  { engine, gateResults }: TransformTargets,
): Promise<void> {
  for (const gate of gates) {
    const { input, plan } = gate;
    const state = states.find((one) => one.input.name === input)!;
    const report = await judgeRows(QualityGates._ofPlan(plan), state, engine, input);
    await gateResults(gate, report.results, state.snapshot);
    if (report.decision === GateDecision.HALT) throw new GateHalted(report.results);
  }
}

async function plan(
  transformation: Transformation,
  states: readonly NamedState[],
  scope: Scope,
  request: TransformRequest,
  engine: SqlEngine,
  commit: Pick<PlannedWrite, 'ranges' | 'notes'>,
): Promise<PlannedWrite> {
  const { output, parameters } = transformation;
  const { dialect } = engine;
  const sources = await Promise.all(states.map((state) => source(state, scope, transformation, engine)));
  const values = valuesOf(parameters, request);
  const sql = sqlInDialect(transformation.sql, parameters, values, dialect);
  const query = transformQuery(sql, sources, output.columns, dialect);
  if (scope.kind !== 'values') return { query, scope, ...commit };
  // The rows of other values that the SQL may give are not complete: they stay as they are.
  const condition = conditionOf(transformation, scope, 'v', dialect);
  return { query: `SELECT v.* FROM (\n${query}\n) AS v WHERE ${condition}`, scope, ...commit };
}

function valuesOf(parameters: Transformation['parameters'], request: TransformRequest): Map<string, string> {
  try {
    return parameterValues(parameters, request.parameters, request.runTime);
  } catch (error) {
    throw new SqlRefused((error as Error).message, { cause: error });
  }
}

async function source(
  state: NamedState,
  scope: Scope,
  { output }: Transformation,
  engine: SqlEngine,
): Promise<QuerySource> {
  const { input } = state;
  if (scope.kind === 'changes' && scope.driver === input.name) {
    return { name: input.name, sql: await newRows(engine, state) };
  }
  if (scope.kind !== 'values' || input.lookup) return { name: input.name, sql: await engine.read(state) };
  const rows = await engine.read({ ...state, files: await filesToRead(state, scope, engine) });
  const type = output.columns.find(({ name }) => name === scope.column)!.type as string;
  const condition = hasOneOf(
    valueOf(input, scope.column, engine.dialect),
    scope.values,
    type,
    engine.dialect,
  );
  return { name: input.name, sql: `SELECT * FROM (${rows}) AS i WHERE ${condition}` };
}

/** Engines that plan their own reading pass over files by themselves. */
async function filesToRead(
  { table, snapshot, input }: NamedState,
  scope: Extract<Scope, { kind: 'values' }>,
  engine: SqlEngine,
): Promise<readonly TableFile[] | undefined> {
  if (engine.commits === 'statements' || input.changedValue !== undefined || snapshot === undefined)
    return undefined;
  return filesOfValues(table, await table.dataFiles(snapshot), scope.column, scope.values);
}

/** True for the rows of the output that a scope replaces. */
export function conditionOf(
  { output }: Transformation,
  scope: Extract<Scope, { kind: 'values' }>,
  alias: string,
  dialect: SqlEngine['dialect'],
): string {
  const type = output.columns.find(({ name }) => name === scope.column)!.type as string;
  return hasOneOf(`${alias}.${quoteName(scope.column, dialect)}`, scope.values, type, dialect);
}

function statementOf(
  transformation: Transformation,
  { query, scope }: PlannedWrite,
  target: string,
  { dialect }: SqlEngine,
): string {
  const { output, mode } = transformation;
  const parts = { dialect, target, output, query };
  if (mode.kind === 'merge') return upsertStatement(parts);
  return replaceStatement(
    parts,
    scope.kind === 'values' ? (alias) => conditionOf(transformation, scope, alias, dialect) : undefined,
  );
}

function reportOf(scope: Scope): Pick<TransformReport, 'scope' | 'reason' | 'values'> {
  return {
    scope: scope.kind,
    ...(scope.kind === 'whole' && { reason: scope.reason }),
    ...(scope.kind === 'values' && { values: scope.values.length }),
  };
}

function currentId(table: IcebergTable): string | undefined {
  const id = table.metadata['current-snapshot-id'];
  return id == null || String(id) === '-1' ? undefined : String(id);
}

/** Of what rows depend on: not the name, nor the gates, which only say whether to go on. */
export function hashOf({ sql, inputs, output, mode, parameters }: Transformation): string {
  return createHash('sha256').update(JSON.stringify({ sql, inputs, output, mode, parameters })).digest('hex');
}
