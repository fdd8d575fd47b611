import { createHash } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import { sqlTokens, unquotedName } from '../../../contract/sql-tokens';
import { type ILakeTable, LakeTable } from '../../catalog';
import type { Sensitivity } from './sensitivity';

/** Which columns and rows of a table are seen. */
export interface SelectOptions {
  /**
   * Columns that are seen, and no others.
   * @default - all
   */
  readonly columns?: string[];
  /**
   * Columns that are not seen.
   * @default - none
   */
  readonly excludeColumns?: string[];
  /**
   * Classifications whose columns are not seen, by the contract. A column that comes to the contract later is not seen
   * before the deployment that knows its classification has ended.
   * @default - none
   */
  readonly excludeClassifications?: string[];
  /**
   * Whether columns of personal data are left out: those the contract tags `pii`.
   * @default false
   */
  readonly excludePersonalData?: boolean;
  /**
   * Condition of the rows that are seen, for example `loyalty_tier = 'gold' AND NOT opted_out`: comparisons of columns
   * with constants, joined by AND and OR.
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
   * @default - all rows
   */
  readonly rowFilter?: string;
}

/** What a data filter shows: named columns or all but some, and all rows or some. */
export interface FilterContent {
  /** Of the filter: another for each content. */
  readonly name: string;
  readonly columns?: string[];
  readonly excluded?: string[];
  readonly rows?: string;
}

/** Shorter than that: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html */
const LONGEST_FILTER = 2048;
const OPERATORS = /^(and|or|not|in|between|like|is|null|true|false)$/i;
/** Of columns that can be compared. */
const COMPARABLE = /^(string|uuid|int|long|float|double|boolean|decimal\(.*\))$/;

/**
 * The filter that shows what is asked for; undefined where that is the whole table.
 * @param shared whether it may be given on, for which Lake Formation takes columns that are seen, not those that are left
 * out: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
 * @throws Error for columns the table does not have, none that are left, and an expression Lake Formation would refuse
 */
export function filterOf(
  table: ILakeTable,
  options: SelectOptions,
  sensitivity: Sensitivity,
  shared = false,
): FilterContent | undefined {
  const name = `${table.databaseName}.${table.tableName}`;
  if (options.rowFilter !== undefined) requireRowFilter(table, options.rowFilter);
  for (const column of [...(options.columns ?? []), ...(options.excludeColumns ?? [])])
    requireColumn(table, column);
  const seen = columnsSeen(table, options, sensitivity);
  const { columns, excluded } = shared ? named(table, seen) : seen;
  if (columns?.length === 0) {
    throw new Error(
      `Nothing of the table ${name} would be seen: every column is left out. Leave out fewer, or do not grant it.`,
    );
  }
  const rows = options.rowFilter;
  if (columns === undefined && excluded === undefined && rows === undefined) return undefined;
  const content = {
    ...(columns && { columns }),
    ...(excluded && { excluded }),
    ...(rows !== undefined && { rows }),
  };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
  return { name: `${table.tableName}-${hash}`, ...content };
}

function columnsSeen(
  table: ILakeTable,
  { columns, excludeColumns = [], excludeClassifications = [], excludePersonalData = false }: SelectOptions,
  sensitivity: Sensitivity,
): { columns?: string[]; excluded?: string[] } {
  const lower = (names: readonly string[]) => names.map((one) => one.toLowerCase());
  const excluded = lower(excludeColumns);
  if (excludeClassifications.length === 0 && !excludePersonalData) {
    if (columns !== undefined) return { columns: lower(columns).filter((one) => !excluded.includes(one)) };
    return excluded.length === 0 ? {} : { excluded };
  }
  if (!(table instanceof LakeTable)) {
    throw new Error(
      `The table ${table.databaseName}.${table.tableName} is imported: no contract tells the classification of its columns. ` +
        'Name them in columns or excludeColumns.',
    );
  }
  const hidden = excludeClassifications.map((one) => sensitivity.known(one, 'excludeClassifications'));
  const whole = sensitivity.ofTable(table);
  const each =
    sensitivity.ofColumns(table) ??
    new Map(table._columns.fields.map((field) => [field.name.toLowerCase(), whole]));
  const asked = columns && lower(columns);
  return {
    columns: [...each]
      .filter(([, one]) => !hidden.includes(one.classification) && !(excludePersonalData && one.personal))
      .map(([column]) => column)
      .filter((column) => !excluded.includes(column) && (asked?.includes(column) ?? true)),
  };
}

/** Columns by those that are seen. */
function named(
  table: ILakeTable,
  seen: { columns?: string[]; excluded?: string[] },
): { columns?: string[]; excluded?: string[] } {
  const { excluded } = seen;
  if (excluded === undefined) return seen;
  if (table instanceof LakeTable) {
    const all = table._columns.fields.map(({ name }) => name.toLowerCase());
    return { columns: all.filter((column) => !excluded.includes(column)) };
  }
  throw new Error(
    `The table ${table.databaseName}.${table.tableName} is imported and shared without ${excluded.join(', ')}. Lake Formation ` +
      'shares columns by those that are seen: name them in columns, and leave out excludeColumns.',
  );
}

function requireRowFilter(table: ILakeTable, expression: string): void {
  if (Token.isUnresolved(expression)) return;
  const where = `rowFilter of ${table.databaseName}.${table.tableName}`;
  if (expression.trim() === '' || expression.length >= LONGEST_FILTER) {
    throw new Error(
      `${where} has ${expression.length} characters; Lake Formation takes 1 to ${LONGEST_FILTER - 1}. Shorten it, or leave it ` +
        'out for all rows.',
    );
  }
  const tokens = sqlTokens(expression).filter(({ kind }) => kind !== 'blank');
  tokens.forEach(({ kind, text }, index) => {
    if (kind === 'word' && OPERATORS.test(text)) return;
    if (kind !== 'word' && kind !== 'name') return;
    if (tokens[index - 1]?.text === '.') return;
    if (tokens[index + 1]?.text === '(') {
      throw new Error(
        `${where} calls ${text}(): Lake Formation takes no functions there, only comparisons of columns with constants.`,
      );
    }
    requireComparable(table, where, unquotedName(text));
  });
}

function requireComparable(table: ILakeTable, where: string, column: string): void {
  requireColumn(table, column);
  if (!(table instanceof LakeTable)) return;
  const type = table._columns.fields.find(({ name }) => name.toLowerCase() === column.toLowerCase())?.type;
  if (typeof type !== 'string' || COMPARABLE.test(type)) return;
  throw new Error(
    `${where} compares ${column}, a ${type}. Lake Formation compares text, numbers, booleans and fields of structs: use ` +
      'another column.',
  );
}

function requireColumn(table: ILakeTable, column: string): void {
  if (!(table instanceof LakeTable) || Token.isUnresolved(column)) return;
  const known = table._columns.fields.map(({ name }) => name.toLowerCase());
  if (known.includes(column.toLowerCase())) return;
  throw new Error(
    `The table ${table.databaseName}.${table.tableName} has no column "${column}". It has: ${known.join(', ')}.`,
  );
}
