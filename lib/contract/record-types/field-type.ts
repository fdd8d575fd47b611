import { columnType, decimalDigits } from '../column-type';
import type { ContractProperty } from '../contract-property';
import { fieldLines } from './interface-text';

/** Whether a type is of what a transform is given, or of what it gives. */
export enum Direction {
  INPUT = 'Input',
  OUTPUT = 'Output',
}

/** TypeScript type of a property's values, without null. */
export function fieldType(property: ContractProperty, direction: Direction, indent: string): string {
  const type = columnType(property);
  const input = direction === Direction.INPUT;
  switch (type.kind) {
    case 'struct':
      return `{\n${fieldLines(type.fields, property.options.required ?? [], direction, `${indent}  `)}${indent}}`;
    case 'list': {
      const value = fieldType(type.element, direction, indent);
      const element = type.element.required ? value : `${value} | null`;
      // A union of one is what formatters would rewrite.
      return element === value && !isUnion(value) ? `readonly ${value}[]` : `readonly (${element})[]`;
    }
    case 'json':
      if (property.logicalType === 'array') return 'readonly unknown[]';
      return input ? '{ readonly [name: string]: unknown }' : 'object';
    case 'primitive':
      return input ? inputType(type.type, property) : outputType(type.type);
  }
}

/** Whether a type is a union itself; one within an object is not. */
function isUnion(type: string): boolean {
  return !type.startsWith('{') && / \| /.test(type);
}

function inputType(type: string, property: ContractProperty): string {
  switch (kindOf(type)) {
    case 'long':
      return staysSafe(property) ? 'number' : 'number | bigint';
    case 'int':
    case 'float':
    case 'double':
      return 'number';
    case 'decimal': {
      const { precision = 38, scale = 0 } = decimalDigits(type as Parameters<typeof decimalDigits>[0]) ?? {};
      if (precision <= 15) return 'number';
      return scale === 0 ? 'number | bigint' : 'number | bigint | ExactNumber';
    }
    case 'boolean':
      return 'boolean';
    default:
      return 'string';
  }
}

function outputType(type: string): string {
  switch (kindOf(type)) {
    case 'int':
    case 'long':
      return 'number | bigint';
    case 'float':
    case 'double':
      return 'number | ExactNumber';
    case 'decimal':
      return 'number | bigint | string | ExactNumber';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'string | Date';
    case 'timestamp':
    case 'timestamptz':
      return 'string | number | Date';
    case 'fixed':
    case 'binary':
      return 'string | Uint8Array';
    default:
      return 'string';
  }
}

function kindOf(type: string): string {
  return /^[a-z]+/.exec(type)?.[0] ?? type;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether the contract's own bounds keep an integer where a number is exact. */
function staysSafe({ options }: ContractProperty): boolean {
  if (/^u(8|16|32)$|^i(8|16|32)$/.test(options.format ?? '')) return true;
  const low = options.minimum ?? options.exclusiveMinimum;
  const high = options.maximum ?? options.exclusiveMaximum;
  return isSafe(low) && isSafe(high);
}

function isSafe(bound: string | undefined): boolean {
  if (bound === undefined || !/^-?\d+$/.test(bound)) return false;
  const value = BigInt(bound);
  return value >= -SAFE && value <= SAFE;
}
