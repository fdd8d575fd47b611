import { spawnSync } from 'node:child_process';
import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { IcebergSchema } from '../../contract/iceberg-types';
import { quoteName, SqlDialect } from '../../contract/quality/sql-dialect';
import { PORTABLE_FUNCTIONS } from '../../contract/transform/portable-functions';
import { becomes } from '../../contract/transform/result-type';
import type { SqlParameterDefinition } from '../../contract/transform/sql-parameter';
import type { SqlText } from '../../contract/transform/sql-text';
import { sqlType } from '../../contract/transform/sql-type';
import { expressionInDialect, sqlInDialect } from '../../contract/transform/transform-query';
import type { Transformation } from '../../contract/transform/transformation';
import { CHECK_SCRIPT } from './check-script';

/** What is bound: the SQL, over empty tables of the inputs' columns. */
export interface CheckedTransform {
  readonly transformation: Transformation;
  readonly sql: SqlText;
  /** Columns of each input, in their order; undefined where nobody said what they are. */
  readonly inputs: readonly (IcebergSchema | undefined)[];
  /** The output's contract, as people know it. */
  readonly contract: string;
}

interface Answer {
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly error?: string;
}

const INSTALL = 'npm install --save-dev @duckdb/node-api';
const TOLD = 'lakehouse-constructs:sqlNotChecked';

/**
 * Binds the SQL with DuckDB, where it is installed, and compares the columns it gives with those of the output's contract.
 * Where it is not, or the columns of an input are not known, a note says so.
 * @throws Error naming file and line, what is wrong and what is allowed
 */
export function checkTransform(scope: IConstruct, checked: CheckedTransform): void {
  const unknown = checked.inputs.findIndex((columns) => columns === undefined);
  if (unknown >= 0) {
    const { name } = checked.transformation.inputs[unknown];
    Annotations.of(scope).addInfoV2(
      `${TOLD}:${name}`,
      `The SQL is not checked: nothing says which columns "${name}" has. Give the input its contract.`,
    );
    return;
  }
  const location = duckDbLocation();
  if (location === undefined) return tellOnce(scope);
  const [result, ...values] = answers(location, checked);
  requireColumns(checked, result);
  requireValues(checked, values);
}

function duckDbLocation(): string | undefined {
  try {
    return require.resolve('@duckdb/node-api', { paths: [process.cwd(), __dirname] });
  } catch {
    return undefined;
  }
}

/** Once for an app, however many transforms it has. */
function tellOnce(scope: IConstruct): void {
  const { root } = scope.node;
  if (root.node.metadata.some(({ data }) => String(data).includes(TOLD))) return;
  Annotations.of(root).addInfoV2(
    TOLD,
    `The SQL of transforms is not checked: @duckdb/node-api is not installed. ${INSTALL}, and mistakes show at synthesis ` +
      'instead of in the first run.',
  );
}

function answers(location: string, { transformation, inputs }: CheckedTransform): Answer[] {
  const dialect = SqlDialect.DUCKDB;
  const name = (text: string): string => quoteName(text, dialect);
  const tables = transformation.inputs.map((input, index) => {
    const columns = inputs[index]!.fields.map(
      (field) => `${name(field.name)} ${sqlType(field.type, dialect)}`,
    );
    return `CREATE TABLE ${name(input.name)} (${columns.join(', ')})`;
  });
  const { parameters } = transformation;
  const values = new Map(
    parameters.map((parameter) => [parameter.name, parameter.value ?? SAMPLES[parameter.type]]),
  );
  const expressions = changedInputs(transformation).map(({ input, expression }) => {
    return `SELECT ${expression} AS v FROM ${name(input)}`;
  });
  const request = {
    module: location,
    setup: ["SET TimeZone = 'UTC'", ...PORTABLE_FUNCTIONS, ...tables],
    queries: [sqlInDialect(transformation.sql, parameters, values, dialect), ...expressions],
  };
  const child = spawnSync(process.execPath, ['-e', CHECK_SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  if (child.status === 0) return JSON.parse(child.stdout) as Answer[];
  const reason = child.error?.message ?? child.stderr.trim().split('\n').slice(-1)[0];
  throw new Error(`The SQL could not be checked: ${reason}. checkSql: false leaves it unchecked.`);
}

/** What stands for a parameter that has no default. */
const SAMPLES: { readonly [type in SqlParameterDefinition['type']]: string } = {
  string: '',
  long: '0',
  decimal: '0',
  date: '2000-01-01',
  timestamptz: '2000-01-01 00:00:00',
  boolean: 'true',
};

function changedInputs({
  mode,
  inputs,
}: Transformation): { readonly input: string; readonly expression: string }[] {
  if (mode.kind !== 'incremental') return [];
  return inputs
    .filter(({ lookup }) => !lookup)
    .map(({ name, changedValue }) => ({
      input: name,
      expression:
        changedValue === undefined
          ? quoteName(mode.column, SqlDialect.DUCKDB)
          : `(${expressionInDialect(changedValue, SqlDialect.DUCKDB)})`,
    }));
}

function requireColumns({ transformation, sql, contract }: CheckedTransform, answer: Answer): void {
  const place = sql.file ?? 'sql';
  if (answer.columns === undefined) throw new Error(`${located(place, answer.error ?? '')}`);
  const given = new Map(answer.columns.map((column) => [column.name.toLowerCase(), column]));
  const { columns } = transformation.output;
  const names = columns.map(({ name }) => name).join(', ');
  const problems: string[] = [];
  for (const { name, type } of columns) {
    const column = given.get(name.toLowerCase());
    const wanted = sqlType(type, SqlDialect.DUCKDB);
    if (column === undefined) {
      problems.push(
        `gives no column "${name}", which the contract has as ${wanted}. Select it, … AS ${name}`,
      );
    } else if (!becomes(column.type, type)) {
      problems.push(
        `gives "${name}" as ${column.type}, the contract has ${wanted}. Write CAST(… AS ${wanted}) AS ${name}, or mend the contract`,
      );
    }
  }
  const known = new Set(columns.map(({ name }) => name.toLowerCase()));
  for (const { name } of answer.columns) {
    if (!known.has(name.toLowerCase())) {
      problems.push(`gives a column "${name}", which the contract has not. Allowed: ${names}`);
    }
  }
  if (problems.length === 0) return;
  throw new Error(
    `${place}: the SQL does not give what ${contract} promises.\n${problems.map((problem) => `  It ${problem}.`).join('\n')}`,
  );
}

function requireValues({ transformation }: CheckedTransform, values: readonly Answer[]): void {
  const { mode, output } = transformation;
  changedInputs(transformation).forEach(({ input, expression }, index) => {
    if (mode.kind !== 'incremental') return;
    const { columns, error } = values[index];
    const { type } = output.columns.find(({ name }) => name === mode.column)!;
    const wanted = sqlType(type, SqlDialect.DUCKDB);
    if (columns === undefined) {
      throw new Error(
        `The changed value of input "${input}", ${expression}, is no SQL over its columns: ${firstLine(error ?? '')} ` +
          `Give changedValue an expression of type ${wanted}, or make the input a lookup.`,
      );
    }
    if (becomes(columns[0].type, type)) return;
    throw new Error(
      `The changed value of input "${input}", ${expression}, is ${columns[0].type}; ${mode.column} is ${wanted}. ` +
        `Write changedValue: 'CAST(… AS ${wanted})'.`,
    );
  });
}

/** DuckDB counts the line of DESCRIBE; the file's own follow. */
function located(place: string, message: string): string {
  const line = /^LINE (\d+):/m.exec(message)?.[1];
  const [reason, hint = ''] = message.split('\n').filter((text) => text.trim() !== '');
  const more = /^(LINE|\s*\^)/.test(hint) ? '' : ` ${hint.trim()}`;
  return `${place}${line === undefined ? '' : `:${Number(line) - 1}`}: ${reason}${more}`;
}

function firstLine(message: string): string {
  return message.split('\n')[0];
}
