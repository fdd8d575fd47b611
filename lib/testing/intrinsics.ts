import type { Json, JsonObject } from './template';
import { maskVolatile } from './volatile';

/**
 * A value as one piece of text, with intrinsic functions in short form: `<Bucket.Arn>/*` for a join, a substitution or
 * an attribute. Undefined for a list and for an object that is no intrinsic function.
 */
export function valueText(value: Json): string | undefined {
  if (value === null || value === undefined || Array.isArray(value)) return undefined;
  return typeof value === 'object' ? intrinsicText(value) : maskVolatile(String(value));
}

function intrinsicText(value: JsonObject): string | undefined {
  const keys = Object.keys(value);
  if (keys.length !== 1) return undefined;
  const text = shortText(keys[0], value[keys[0]]);
  return text === undefined ? undefined : maskVolatile(text);
}

function shortText(name: string, argument: Json): string | undefined {
  switch (name) {
    case 'Ref':
      return `<${String(argument)}>`;
    case 'Condition':
      return typeof argument === 'string' ? argument : undefined;
    case 'Fn::GetAtt':
      return `<${Array.isArray(argument) ? argument.map((part) => valueText(part) ?? '?').join('.') : String(argument)}>`;
    case 'Fn::Join':
      return joined(argument) ?? call(name, argument);
    case 'Fn::Sub':
      return substituted(argument);
    default:
      return name.startsWith('Fn::') ? call(name, argument) : undefined;
  }
}

function joined(argument: Json): string | undefined {
  if (!Array.isArray(argument) || !Array.isArray(argument[1])) return undefined;
  const parts = argument[1].map(valueText);
  return parts.includes(undefined) ? undefined : parts.join(String(argument[0]));
}

function substituted(argument: Json): string | undefined {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, undefined];
  if (typeof template !== 'string') return undefined;
  const values = (variables ?? {}) as JsonObject;
  return template.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, variable: string) => {
    if (literal === '!') return `\${${variable}}`;
    return variable in values ? (valueText(values[variable]) ?? `<${variable}>`) : `<${variable}>`;
  });
}

function call(name: string, argument: Json): string | undefined {
  const values = (Array.isArray(argument) ? argument : [argument]).map(argumentText);
  return values.includes(undefined) ? undefined : `${name.slice('Fn::'.length)}(${values.join(', ')})`;
}

function argumentText(value: Json): string | undefined {
  if (!Array.isArray(value)) return value === '' ? "''" : valueText(value);
  const parts = value.map(argumentText);
  return parts.includes(undefined) ? undefined : `[${parts.join(', ')}]`;
}
