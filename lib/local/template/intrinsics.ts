import { isObject } from './json';
import type { Json, JsonObject } from './json';

/** What a template's functions ask of the world around it. Undefined means: not known here. */
export interface References {
  ref(name: string): Json | undefined;
  getAtt(logicalId: string, attribute: string): Json | undefined;
  importValue(exportName: string): Json | undefined;
  condition(name: string): boolean;
  mapping(map: string, topLevelKey: string, secondLevelKey: string): Json | undefined;
}

/** A reference that cannot be followed on this machine. */
export class UnresolvedReference extends Error {
  constructor(reference: string) {
    super(
      `${reference} cannot be resolved on this machine: it names neither a resource of the app nor a pseudo parameter`,
    );
    this.name = 'UnresolvedReference';
  }
}

type Evaluate = (argument: Json, references: References) => Json;

const FUNCTIONS: Record<string, Evaluate> = {
  Ref: (argument, references) => {
    const name = String(argument);
    return known(references.ref(name), `Ref ${name}`);
  },
  'Fn::GetAtt': (argument, references) => {
    const [logicalId, ...attribute] =
      typeof argument === 'string' ? argument.split('.') : asList(argument, references).map(String);
    return known(
      references.getAtt(logicalId, attribute.join('.')),
      `Fn::GetAtt ${logicalId}.${attribute.join('.')}`,
    );
  },
  'Fn::Join': (argument, references) => {
    const [separator, parts] = argument as [string, Json];
    return asList(parts, references).map(asText).join(separator);
  },
  'Fn::Sub': (argument, references) => {
    const [text, variables]: Json[] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (isObject(variables) && name in variables) return asText(resolve(variables[name], references));
      const dot = name.indexOf('.');
      return asText(
        dot < 0
          ? FUNCTIONS.Ref(name, references)
          : FUNCTIONS['Fn::GetAtt']([name.slice(0, dot), name.slice(dot + 1)], references),
      );
    });
  },
  'Fn::Select': (argument, references) => {
    const [index, list] = argument as [Json, Json];
    const values = asList(list, references);
    return known(values[Number(resolve(index, references))], `Fn::Select ${asText(index)}`);
  },
  'Fn::Split': (argument, references) => {
    const [separator, text] = argument as [string, Json];
    return asText(resolve(text, references)).split(separator);
  },
  'Fn::ImportValue': (argument, references) => {
    const name = asText(resolve(argument, references));
    return known(references.importValue(name), `Fn::ImportValue ${name}`);
  },
  'Fn::If': (argument, references) => {
    const [condition, whenTrue, whenFalse] = argument as [string, Json, Json];
    return resolve(references.condition(condition) ? whenTrue : whenFalse, references);
  },
  'Fn::FindInMap': (argument, references) => {
    const [map, first, second] = asList(argument, references).map(asText);
    return known(references.mapping(map, first, second), `Fn::FindInMap ${map}.${first}.${second}`);
  },
  'Fn::Base64': (argument, references) =>
    Buffer.from(asText(resolve(argument, references))).toString('base64'),
  'Fn::ToJsonString': (argument, references) => JSON.stringify(resolve(argument, references)),
  'Fn::Equals': (argument, references) => {
    const [left, right] = asList(argument, references);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, references) => asList(argument, references)[0] !== true,
  'Fn::And': (argument, references) => asList(argument, references).every((value) => value === true),
  'Fn::Or': (argument, references) => asList(argument, references).some((value) => value === true),
  Condition: (argument, references) => references.condition(String(argument)),
};

/** Replaces every intrinsic function in a value of a template by what it gives. @throws UnresolvedReference */
export function resolve(value: Json, references: References): Json {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, references)).filter((item) => item !== NO_VALUE);
  }
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  const evaluate = keys.length === 1 ? intrinsic(keys[0], value[keys[0]]) : undefined;
  if (evaluate) return evaluate(value[keys[0]], references);
  const result: JsonObject = {};
  for (const key of keys) {
    const resolved = resolve(value[key], references);
    if (resolved !== NO_VALUE) result[key] = resolved;
  }
  return result;
}

/** What `Ref: AWS::NoValue` gives: the key or item that holds it disappears. */
export const NO_VALUE = '\0AWS::NoValue';

function intrinsic(name: string, argument: Json): Evaluate | undefined {
  // A policy statement's `Condition` has an object; the template function of that name has the name of a condition.
  if (name === 'Condition' && typeof argument !== 'string') return undefined;
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

function known(value: Json | undefined, reference: string): Json {
  if (value === undefined) throw new UnresolvedReference(reference);
  return value;
}

function asList(value: Json, references: References): Json[] {
  const resolved = resolve(value, references);
  return Array.isArray(resolved) ? resolved : [resolved];
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
