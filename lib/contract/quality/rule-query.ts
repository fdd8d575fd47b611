import { QualityGateError } from './quality-gate-error';
import { type SqlToken, sqlTokens, unquotedName } from '../sql-tokens';
import { type SqlDialect, quoteName } from './sql-dialect';

/** What stands for the table and the column of a rule. */
export interface QueryNames {
  readonly dialect: SqlDialect;
  /** The table, as SQL. */
  readonly table: string;
  /** The column, as SQL; undefined for a rule of the whole table. */
  readonly column?: string;
  /** Names the contract gives the table. */
  readonly tableNames: readonly string[];
}

/**
 * The query of an SQL rule over a table: `{object}` and `{property}` replaced (also with a `$` before, and as `table`
 * and `column`), likewise the table's own name after FROM and JOIN. Text literals and comments are never touched.
 *
 * @throws QualityGateError for what is not one SELECT, and for placeholders that stand for nothing.
 */
export function ruleQuery(query: string, names: QueryNames): string {
  const tokens = tokensOf(query);
  while (tokens.length > 0 && [';', ' '].includes(tokens[tokens.length - 1].text)) tokens.pop();
  checkOneQuery(tokens);
  const own = new Set(names.tableNames.map((name) => name.toLowerCase()));
  checkNotShadowed(tokens, own);
  let result = '';
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token.kind === 'placeholder') result += placeholder(token.text, names);
    else if (isQuotedPlaceholder(token)) result += placeholder(unquotedName(token.text), names);
    else if (token.kind === 'name') result += quoteName(unquotedName(token.text), names.dialect);
    else result += token.text;
    if (token.kind !== 'word' || !/^(from|join)$/i.test(token.text)) continue;
    const end = ownTable(tokens, at + 1, own);
    if (end === undefined) continue;
    result += ` ${names.table}`;
    at = end;
  }
  return result.trim();
}

/** A comment may hold the end of a line, which the rest must not become part of. */
function tokensOf(query: string): SqlToken[] {
  return sqlTokens(query).map((token) => (token.kind === 'blank' ? { ...token, text: ' ' } : token));
}

function checkOneQuery(tokens: SqlToken[]): void {
  const first = tokens.find(({ kind, text }) => kind !== 'blank' && text !== '(');
  if (first === undefined || !/^(select|with)$/i.test(first.text)) {
    throw new QualityGateError(
      'the query must begin with SELECT or WITH: it is read, never executed for its effect',
    );
  }
  if (tokens.some(({ kind, text }) => kind === 'other' && text === ';')) {
    throw new QualityGateError('the query must be one statement: remove the semicolon and what follows it');
  }
}

/** `WITH orders AS (SELECT … FROM orders)`: which of the two is meant cannot be told without parsing. */
function checkNotShadowed(tokens: SqlToken[], own: ReadonlySet<string>): void {
  const solid = tokens.filter(({ kind }) => kind !== 'blank');
  const shadow = solid.find(
    (token, at) =>
      isOwn(token, own) && /^as$/i.test(solid[at + 1]?.text ?? '') && solid[at + 2]?.text === '(',
  );
  if (shadow === undefined) return;
  throw new QualityGateError(
    `the query gives the table's own name ${shadow.text} to a subquery: give that another name`,
  );
}

/** Where a table's name that begins at `start` ends, if it is ours; qualifiers before it belong to another store. */
function ownTable(tokens: SqlToken[], start: number, own: ReadonlySet<string>): number | undefined {
  let at = start;
  while (tokens[at]?.kind === 'blank') at++;
  while (isName(tokens[at]) && tokens[at + 1]?.text === '.' && isName(tokens[at + 2])) at += 2;
  return isOwn(tokens[at], own) && tokens[at + 1]?.text !== '(' ? at : undefined;
}

/** `"${object}"`: what is put in is quoted already. */
function isQuotedPlaceholder({ kind, text }: SqlToken): boolean {
  return kind === 'name' && /^\$?\{\w+\}$/.test(unquotedName(text));
}

function isName(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'name';
}

function isOwn(token: SqlToken | undefined, own: ReadonlySet<string>): boolean {
  return token !== undefined && isName(token) && own.has(unquotedName(token.text).toLowerCase());
}

function placeholder(text: string, names: QueryNames): string {
  const name = text.replace(/[${}]/g, '').toLowerCase();
  if (name === 'object' || name === 'table') return names.table;
  if (name !== 'property' && name !== 'column') {
    throw new QualityGateError(`${text} stands for nothing. Known are {object} and {property}`);
  }
  if (names.column !== undefined) return names.column;
  throw new QualityGateError(
    `${text} stands for nothing in a rule of the whole table: move the rule to the property`,
  );
}
