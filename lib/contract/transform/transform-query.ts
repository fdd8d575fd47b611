import { quoteName, quoteText, type SqlDialect } from '../quality/sql-dialect';
import { type SqlToken, sqlTokens, unquotedName } from '../sql-tokens';
import { parameterLiteral, type SqlParameterDefinition } from './sql-parameter';
import { sqlType } from './sql-type';
import type { TransformationColumn } from './transformation';

/** A mistake in the SQL of a transform, at a line of it. */
export class SqlTextError extends Error {
  constructor(
    message: string,
    /** Line of the SQL, from 1. */
    readonly line: number,
  ) {
    super(message);
    this.name = 'SqlTextError';
  }
}

/**
 * Refuses what is not one query, and placeholders that stand for no parameter.
 * @throws SqlTextError
 */
export function checkSqlText(sql: string, parameters: readonly string[]): void {
  const tokens = sqlTokens(sql);
  let line = 1;
  let begun = false;
  let ended: number | undefined;
  for (const { kind, text } of tokens) {
    if (kind === 'other' && /['"`]/.test(text)) {
      throw new SqlTextError(`a quotation mark ${text} has no second one: close the text or the name`, line);
    }
    if (kind !== 'blank' && ended !== undefined) {
      throw new SqlTextError('what follows the semicolon is a second statement: leave one query', line);
    }
    if (!begun && kind !== 'blank' && text !== '(') {
      begun = true;
      if (!/^(select|with)$/i.test(text)) {
        throw new SqlTextError(`the SQL begins with ${text}. Allowed: SELECT, or WITH … SELECT`, line);
      }
    }
    if (kind === 'other' && text === ';') ended = line;
    checkPlaceholders({ kind, text }, parameters, line);
    line += text.split('\n').length - 1;
  }
  if (!begun) throw new SqlTextError('there is no SQL. Allowed: SELECT, or WITH … SELECT', 1);
}

function checkPlaceholders({ kind, text }: SqlToken, parameters: readonly string[], line: number): void {
  const placeholder = /\$\{(\w+)\}/.exec(text);
  if (placeholder === null || kind === 'blank') return;
  const [shown, name] = placeholder;
  if (kind !== 'placeholder') {
    throw new SqlTextError(`${shown} stands in quotes. It is a literal already: leave out the quotes`, line);
  }
  if (parameters.includes(name)) return;
  const known = parameters.length === 0 ? 'none' : parameters.join(', ');
  throw new SqlTextError(`${shown} stands for nothing. Known parameters: ${known}`, line);
}

/** The SQL in a dialect, line by line as it was written: quoted names and texts as the dialect has them, parameters as literals. */
export function sqlInDialect(
  sql: string,
  definitions: readonly SqlParameterDefinition[],
  values: ReadonlyMap<string, string>,
  dialect: SqlDialect,
): string {
  checkSqlText(
    sql,
    definitions.map(({ name }) => name),
  );
  return inDialect(sql, dialect, (placeholder) => {
    const definition = definitions.find(({ name }) => placeholder === `\${${name}}`)!;
    return parameterLiteral(definition, values.get(definition.name) ?? '', dialect);
  });
}

/** An expression in a dialect: quoted names and texts as the dialect has them. */
export function expressionInDialect(sql: string, dialect: SqlDialect): string {
  return inDialect(sql, dialect, (placeholder) => placeholder);
}

function inDialect(sql: string, dialect: SqlDialect, literal: (placeholder: string) => string): string {
  return sqlTokens(sql)
    .map(({ kind, text }) => {
      if (kind === 'name') return quoteName(unquotedName(text), dialect);
      if (kind === 'text') return quoteText(text.slice(1, -1).replaceAll("''", "'"), dialect);
      if (kind === 'other' && text === ';') return '';
      return kind === 'placeholder' && text.startsWith('$') ? literal(text) : text;
    })
    .join('');
}

/** What an input's name stands for: a query. */
export interface QuerySource {
  readonly name: string;
  readonly sql: string;
}

/** The whole query of a transform: the inputs under their names, the SQL over them, its columns in the types of the output. */
export function transformQuery(
  sql: string,
  sources: readonly QuerySource[],
  columns: readonly TransformationColumn[],
  dialect: SqlDialect,
): string {
  const inputs = sources.map((source) => `${quoteName(source.name, dialect)} AS (${source.sql})`);
  const selected = columns.map(({ name, type }) => {
    const column = quoteName(name, dialect);
    return `CAST(r.${column} AS ${sqlType(type, dialect)}) AS ${column}`;
  });
  return `WITH ${inputs.join(',\n')}\nSELECT ${selected.join(', ')}\nFROM (\n${sql}\n) AS r`;
}
