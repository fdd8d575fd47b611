import { type SqlToken, sqlTokens, unquotedName } from '../sql-tokens';

/** A table that SQL reads, by the name it has there. */
export interface LineageInput {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A column of an input that a column of the result is worked out from. */
export interface SourceColumn {
  readonly input: string;
  readonly column: string;
  /** `IDENTITY`: its values as they are. */
  readonly how: 'IDENTITY' | 'TRANSFORMATION' | 'AGGREGATION';
}

const SEVERAL_QUERIES = ['with', 'union', 'intersect', 'except'];
const AFTER_FROM = ['where', 'group', 'having', 'order', 'limit', 'window', 'qualify', 'offset', 'fetch'];
const JOINS = ['join', 'left', 'right', 'inner', 'outer', 'cross', 'full', 'on', 'using', 'natural', 'as'];
const AGGREGATES = ['sum', 'count', 'avg', 'min', 'max', 'array_agg', 'listagg', 'any_value', 'stddev'];

/**
 * Which columns each column of the result is made of, as far as the text of one plain SELECT says: undefined for SQL with
 * several queries or a star, and a column without a name of its own is left out. Rather nothing than a guess.
 */
export function columnLineage(
  sql: string,
  inputs: readonly LineageInput[],
): Map<string, SourceColumn[]> | undefined {
  const tokens = sqlTokens(sql).filter(({ kind, text }) => kind !== 'blank' && text !== ';');
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text.toLowerCase());
  if (words.some((word) => SEVERAL_QUERIES.includes(word))) return undefined;
  if (words.filter((word) => word === 'select').length !== 1 || !isWord(tokens[0], 'select'))
    return undefined;
  const from = topLevel(tokens, ['from']);
  if (from < 0) return undefined;
  const tables = tablesOf(tokens.slice(from + 1), inputs);
  if (!tables) return undefined;
  const found = new Map<string, SourceColumn[]>();
  const begin = isWord(tokens[1], 'distinct') ? 2 : 1;
  for (const item of itemsOf(tokens.slice(begin, from))) {
    if (item.at(-1)?.text === '*') return undefined;
    const named = nameOf(item);
    if (named) found.set(named.name, sourcesOf(named.expression, tables));
  }
  return found;
}

/** Alias or name, in lower case → the input. */
type Tables = ReadonlyMap<string, LineageInput>;

function tablesOf(tokens: readonly SqlToken[], inputs: readonly LineageInput[]): Tables | undefined {
  const end = topLevel(tokens, AFTER_FROM);
  const clause = end < 0 ? tokens : tokens.slice(0, end);
  const tables = new Map<string, LineageInput>();
  for (const [index, token] of clause.entries()) {
    const begins = index === 0 || isWord(clause[index - 1], 'join') || isTopLevelComma(clause, index - 1);
    if (!begins) continue;
    const input = inputs.find(({ name }) => same(name, token));
    if (!input) return undefined;
    const after = isWord(clause[index + 1], 'as') ? clause[index + 2] : clause[index + 1];
    const hasAlias = isName(after) && !JOINS.includes(after.text.toLowerCase());
    tables.set((hasAlias ? unquotedName(after.text) : input.name).toLowerCase(), input);
  }
  return tables;
}

function itemsOf(tokens: readonly SqlToken[]): SqlToken[][] {
  const items: SqlToken[][] = [[]];
  for (const [index, token] of tokens.entries()) {
    if (isTopLevelComma(tokens, index)) items.push([]);
    else items[items.length - 1].push(token);
  }
  return items;
}

function nameOf(
  item: readonly SqlToken[],
): { readonly name: string; readonly expression: readonly SqlToken[] } | undefined {
  const last = item.at(-1);
  if (!isName(last)) return undefined;
  const name = unquotedName(last.text);
  if (isWord(item.at(-2), 'as')) return { name, expression: item.slice(0, -2) };
  const isColumn = item.length === 1 || (item.length === 3 && item[1].text === '.');
  return isColumn ? { name, expression: item } : undefined;
}

function sourcesOf(expression: readonly SqlToken[], tables: Tables): SourceColumn[] {
  const aggregates = expression.some(
    ({ text }, index) => AGGREGATES.includes(text.toLowerCase()) && expression[index + 1]?.text === '(',
  );
  const sources = new Map<string, SourceColumn>();
  for (const [index, token] of expression.entries()) {
    if (!isName(token) || expression[index + 1]?.text === '(') continue;
    const before = expression[index - 1];
    // A type, a unit of time, a field of a struct.
    if (isWord(before, 'as') || before?.kind === 'text' || before?.text === '.') continue;
    if (isWord(expression[index + 1], 'from')) continue;
    const of = tables.get(unquotedName(token.text).toLowerCase());
    const qualified = of !== undefined && expression[index + 1]?.text === '.';
    const column = qualified ? expression[index + 2] : token;
    const owners = [...new Set(qualified ? [of] : tables.values())].flatMap((input) => {
      const known = input.columns.find((one) => same(one, column));
      return known === undefined ? [] : [{ input: input.name, column: known }];
    });
    if (owners.length !== 1) continue;
    const isWhole = expression.length === (qualified ? 3 : 1);
    const how = isWhole ? 'IDENTITY' : aggregates ? 'AGGREGATION' : 'TRANSFORMATION';
    sources.set(`${owners[0].input}.${owners[0].column}`, { ...owners[0], how });
  }
  return [...sources.values()];
}

/** Index of the first of some words outside of parentheses; -1 where there is none. */
function topLevel(tokens: readonly SqlToken[], words: readonly string[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    return depth === 0 && token.kind === 'word' && words.includes(token.text.toLowerCase());
  });
}

function isTopLevelComma(tokens: readonly SqlToken[], index: number): boolean {
  if (tokens[index]?.text !== ',') return false;
  let depth = 0;
  for (const { text } of tokens.slice(0, index)) depth += text === '(' ? 1 : text === ')' ? -1 : 0;
  return depth === 0;
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function isName(token: SqlToken | undefined): token is SqlToken {
  return token?.kind === 'word' || token?.kind === 'name';
}

function same(name: string, token: SqlToken | undefined): boolean {
  return isName(token) && unquotedName(token.text).toLowerCase() === name.toLowerCase();
}
