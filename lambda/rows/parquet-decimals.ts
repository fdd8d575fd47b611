import type { SchemaElement, SchemaTree } from 'hyparquet';
import { fromBigEndianTwosComplement } from '../tables/single-value';

export function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

/** Whether a column is a decimal, or holds one at any depth. */
export function holdsDecimal({ element, children }: SchemaTree): boolean {
  return children.length === 0 ? isDecimal(element) : children.some(holdsDecimal);
}

/**
 * A value of a column that holds decimals as JSON, to the last digit. The decimals come as their unscaled integers; groups
 * as hyparquet assembles them: a list as an array, a map as an object, another group as an object of its fields.
 *
 * @param textOf the JSON of what is no decimal
 */
export function decimalsAsJson(
  value: unknown,
  column: SchemaTree,
  textOf: (value: unknown) => string,
): string {
  if (value === null || value === undefined || !holdsDecimal(column)) return textOf(value);
  const inner = (one: unknown, of: SchemaTree): string => decimalsAsJson(one, of, textOf);
  if (Array.isArray(value)) {
    const element = elementOf(column);
    return `[${value.map((one) => inner(one, element)).join(',')}]`;
  }
  if (column.children.length === 0) return decimalOf(value as Unscaled, column.element.scale ?? 0);
  if (isMap(column)) return mapAsJson(value, column, inner);
  const fields = (name: string) => column.children.find(({ element }) => element.name === name);
  const members = Object.entries(value).map(([name, one]) => {
    const field = fields(name);
    return `${JSON.stringify(name)}:${field ? inner(one, field) : textOf(one)}`;
  });
  return `{${members.join(',')}}`;
}

function mapAsJson(map: object, column: SchemaTree, inner: (one: unknown, of: SchemaTree) => string): string {
  const [keys, values] = column.children[0].children;
  const keyOf = (name: string) =>
    isDecimal(keys.element) ? decimalOf(unscaledOf(name, keys.element), keys.element.scale ?? 0) : name;
  const members = Object.entries(map).map(
    ([name, one]) => `${JSON.stringify(keyOf(name))}:${inner(one, values)}`,
  );
  return `{${members.join(',')}}`;
}

/** Of the name a key was made: an integer in digits, or bytes with commas between them. */
function unscaledOf(name: string, { type }: SchemaElement): Unscaled {
  return type?.endsWith('BYTE_ARRAY') ? Uint8Array.from(name.split(','), Number) : BigInt(name);
}

/** What the elements of an array are: of a list its element, of a column that is repeated by itself the column. */
function elementOf(column: SchemaTree): SchemaTree {
  if (column.element.converted_type !== 'LIST' || column.children.length !== 1) return column;
  const [repeated] = column.children;
  return repeated.children.length === 1 ? repeated.children[0] : repeated;
}

function isMap({ element, children }: SchemaTree): boolean {
  return element.converted_type === 'MAP' && children.length === 1 && children[0].children.length === 2;
}

type Unscaled = Uint8Array | number | bigint;

function decimalOf(value: Unscaled, scale: number): string {
  const unscaled = value instanceof Uint8Array ? fromBigEndianTwosComplement(value) : BigInt(value);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
