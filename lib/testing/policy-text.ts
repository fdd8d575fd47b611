import { valueText } from './intrinsics';
import type { Json, JsonObject } from './template';

/** Longest statement that is still written on one line. */
const LINE = 120;

/** True for an IAM policy document, wherever in a template it stands. */
export function isPolicyDocument(value: JsonObject): boolean {
  return (
    'Statement' in value && Object.keys(value).every((key) => ['Version', 'Id', 'Statement'].includes(key))
  );
}

/** The statements of a policy document. A single statement need not stand in a list. */
export function statementsOf(document: JsonObject): Json[] {
  return Array.isArray(document['Statement']) ? document['Statement'] : [document['Statement']];
}

/**
 * A policy document as sorted sentences, one for each statement: `Allow s3:GetObject on <Bucket.Arn>/*`. What is no
 * plain statement, such as the outcome of `Fn::If`, is left to `readable`.
 */
export function policyLines(document: JsonObject, readable: (value: Json) => Json): Json {
  const lines = statementsOf(document)
    .map((statement) => ({ text: statementText(statement), lines: statementLines(statement, readable) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ lines }) => lines);
  const { Version, Id } = document;
  return Id === undefined && Version === '2012-10-17' ? lines : { Id, Version, Statement: lines };
}

/** The parts of a statement, each value as text and in alphabetical order. */
export interface StatementParts {
  readonly effect: string;
  readonly sid?: string;
  readonly actions: string[];
  readonly notActions: string[];
  readonly resources: string[];
  readonly notResources: string[];
  readonly principals: string[];
  readonly notPrincipals: string[];
  readonly conditions: string[];
}

/** Reads a statement; undefined where it is itself the outcome of an intrinsic function such as `Fn::If`. */
export function statementParts(statement: Json): StatementParts | undefined {
  if (typeof statement !== 'object' || statement === null || Array.isArray(statement)) return undefined;
  if (!('Effect' in statement)) return undefined;
  return {
    effect: texts(statement['Effect']).join(),
    sid: valueText(statement['Sid']),
    actions: texts(statement['Action']),
    notActions: texts(statement['NotAction']),
    resources: texts(statement['Resource']),
    notResources: texts(statement['NotResource']),
    principals: principals(statement['Principal']),
    notPrincipals: principals(statement['NotPrincipal']),
    conditions: conditions(statement['Condition']),
  };
}

/** A statement as one sentence. */
export function statementText(statement: Json): string {
  const parts = statementParts(statement);
  if (parts === undefined) return textOf(statement);
  return [
    heading(parts),
    ...clauses(parts).map(([word, values]) => `${word}${values.join(word === 'when ' ? ' and ' : ', ')}`),
  ].join(' ');
}

function statementLines(statement: Json, readable: (value: Json) => Json): Json {
  const parts = statementParts(statement);
  if (parts === undefined) return readable(statement);
  const text = statementText(statement);
  if (text.length <= LINE) return text;
  return {
    [heading(parts)]: Object.fromEntries(
      clauses(parts).map(([word, values]) => [
        word === '' ? 'actions' : word.trim(),
        values.length === 1 ? values[0] : values,
      ]),
    ),
  };
}

function heading({ effect, sid }: StatementParts): string {
  return sid === undefined ? effect : `${effect} (${sid})`;
}

function clauses(parts: StatementParts): [string, string[]][] {
  const all: [string, string[]][] = [
    ['', parts.actions],
    ['every action but ', parts.notActions],
    ['on ', parts.resources],
    ['on everything but ', parts.notResources],
    ['to ', parts.principals],
    ['to everyone but ', parts.notPrincipals],
    ['when ', parts.conditions],
  ];
  return all.filter(([, values]) => values.length > 0);
}

function texts(value: Json): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(textOf).sort();
}

function textOf(value: Json): string {
  return valueText(value) ?? JSON.stringify(value);
}

function principals(value: Json): string[] {
  if (value === undefined || typeof value === 'string') return texts(value);
  return Object.entries(value as JsonObject)
    .flatMap(([kind, names]) => texts(names).map((name) => `${kind}:${name}`))
    .sort();
}

function conditions(value: Json): string[] {
  return Object.entries((value ?? {}) as JsonObject)
    .flatMap(([operator, operands]) =>
      Object.entries((operands ?? {}) as JsonObject).map(([key, operand]) => {
        const values = texts(operand);
        return `${operator} ${key} = ${Array.isArray(operand) ? `[${values.join(', ')}]` : values.join()}`;
      }),
    )
    .sort();
}
