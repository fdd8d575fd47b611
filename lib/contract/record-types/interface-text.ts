import type { ContractProperty } from '../contract-property';
import { Direction, fieldType } from './field-type';

/** The fields of an interface, one after the other. */
export function fieldLines(
  properties: readonly ContractProperty[],
  requiredNames: readonly string[],
  direction: Direction,
  indent: string,
): string {
  return properties
    .map((property) => {
      const required = property.required || requiredNames.includes(property.name);
      const type = fieldType(property, direction, indent);
      const comment = property.description === undefined ? '' : comments(property.description, indent);
      const isInput = direction === Direction.INPUT;
      const name = `${isInput ? 'readonly ' : ''}${fieldName(property.name)}${required || isInput ? '' : '?'}`;
      return `${comment}${indent}${name}: ${required ? type : `${type} | null`};\n`;
    })
    .join('');
}

/** A comment a description cannot end early. */
export function comments(text: string, indent: string): string {
  const lines = text
    .replaceAll('*/', '*\\/')
    .trim()
    .split(/\s*\n\s*/);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

function fieldName(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : JSON.stringify(name);
}
