import { fieldAccess, literal } from './literal';
import { alias, type LeafNode, type ListNode, type RowNode, type StructNode } from './row-plan';
import { valueCheck } from './value-check';

/**
 * Statements that check a record and leave the values of its columns in variables: `v<id>` the value of a leaf,
 * `p<id>` whether an object is there, `a<id>` the array of a list. Nothing is written yet, so that a record may be
 * refused at any point.
 */
export class ValidationCode {
  /** Run once, when the row writer is made. */
  readonly setup: string[] = [];
  readonly variables: string[] = [];

  constructor(private readonly allowsUnknownFields: boolean) {}

  /** Checks the fields of the object in the variable `record`; `path` is an expression that ends in a dot or is empty. */
  object(fields: readonly RowNode[], record: string, path: string, id: string, inList: boolean): string[] {
    const known = `known${id}`;
    const count = `k${id}`;
    this.setup.push(
      `const ${known} = new Map([${fields.map((field) => this.knownNames(field)).join(', ')}]);`,
    );
    const lines = [`let ${count} = 0;`];
    for (const field of fields) {
      const { name } = field.property;
      const other = alias(field.property);
      const fieldPath = path === '' ? literal(name) : `${path} + ${literal(`.${name}`)}`;
      lines.push('{', `let raw = ${fieldAccess(record, name)};`);
      lines.push(`if (raw !== undefined) ${count}++;`);
      if (other !== null)
        lines.push(`else if ((raw = ${fieldAccess(record, other)}) !== undefined) ${count}++;`);
      lines.push(...this.value(field, fieldPath, inList), '}');
    }
    const unknown = `runtime.unknown(${record}, ${known}, ${path === '' ? '""' : path})`;
    lines.push(`let n${id} = 0;`, `for (const key in ${record}) n${id}++;`);
    lines.push(
      this.allowsUnknownFields
        ? `if (n${id} !== ${count}) ${unknown};`
        : `if (n${id} !== ${count}) return ${unknown};`,
    );
    return lines;
  }

  /** Checks the JSON value in the variable `raw`. */
  private value(node: RowNode, path: string, inList: boolean): string[] {
    const lines = node.required
      ? [`if (raw == null) return runtime.missing(${path}, raw);`, '{']
      : ['if (raw != null) {'];
    switch (node.kind) {
      case 'leaf':
        lines.push(...this.leaf(node, path, inList));
        break;
      case 'struct':
        lines.push(...this.struct(node, path, inList));
        break;
      case 'list':
        lines.push(...this.list(node, path, inList));
        break;
    }
    const isNoted = node.property.criticalDataElement && !node.required;
    lines.push(isNoted ? '} else runtime.criticalMissing();' : '}');
    return lines;
  }

  private leaf(node: LeafNode, path: string, inList: boolean): string[] {
    const check = valueCheck(node);
    this.setup.push(...check.setup);
    const value = inList ? 'value' : variable(node);
    const lines: string[] = [];
    if (inList) lines.push('let value;');
    else this.variables.push(value);
    const asIs = check.asIs('raw');
    const converted = `(${value} = ${check.convert}(raw)) === undefined`;
    lines.push(
      asIs === undefined
        ? `if (${converted}) return runtime.refuse(${path});`
        : `if (${asIs}) ${value} = raw; else if (${converted}) return runtime.refuse(${path});`,
    );
    lines.push(...check.rules(value, path));
    return lines;
  }

  private struct(node: StructNode, path: string, inList: boolean): string[] {
    const lines = [
      `if (!runtime.isObject(raw)) return runtime.wrongType(${path}, raw, "an object");`,
      `const o${node.id} = raw;`,
    ];
    if (!inList) {
      this.variables.push(variable(node));
      lines.push(`${variable(node)} = true;`);
    }
    lines.push(...this.object(node.fields, `o${node.id}`, path, String(node.id), inList));
    const { minProperties, maxProperties } = node.property.options;
    if (minProperties !== undefined) {
      lines.push(
        `if (n${node.id} < ${Number(minProperties)}) return runtime.outOfRange(${path}, raw, ${literal(`at least ${minProperties} fields`)});`,
      );
    }
    if (maxProperties !== undefined) {
      lines.push(
        `if (n${node.id} > ${Number(maxProperties)}) return runtime.outOfRange(${path}, raw, ${literal(`at most ${maxProperties} fields`)});`,
      );
    }
    return lines;
  }

  private list(node: ListNode, path: string, inList: boolean): string[] {
    const { minItems, maxItems, uniqueItems } = node.property.options;
    const list = `l${node.id}`;
    const index = `i${node.id}`;
    const lines = [
      `if (!Array.isArray(raw)) return runtime.wrongType(${path}, raw, "an array");`,
      `const ${list} = raw;`,
    ];
    if (!inList) {
      this.variables.push(variable(node));
      lines.push(`${variable(node)} = raw;`);
    }
    if (minItems !== undefined) {
      lines.push(
        `if (raw.length < ${Number(minItems)}) return runtime.outOfRange(${path}, raw, ${literal(`at least ${minItems} items`)});`,
      );
    }
    if (maxItems !== undefined) {
      lines.push(
        `if (raw.length > ${Number(maxItems)}) return runtime.outOfRange(${path}, raw, ${literal(`at most ${maxItems} items`)});`,
      );
    }
    if (uniqueItems === true) {
      lines.push(
        `if (runtime.hasDuplicates(raw)) return runtime.outOfRange(${path}, raw, "items that differ from each other");`,
      );
    }
    lines.push(
      `for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {`,
      `const raw = ${list}[${index}];`,
      ...this.value(node.element, `${path} + "[" + ${index} + "]"`, true),
      '}',
    );
    return lines;
  }

  private knownNames(field: RowNode): string {
    const { name } = field.property;
    const other = alias(field.property);
    return other === null
      ? `[${literal(name)}, undefined]`
      : `[${literal(name)}, undefined], [${literal(other)}, ${literal(name)}]`;
  }
}

/** Variable that holds what validation found for a node outside lists. */
export function variable(node: RowNode): string {
  return `${{ leaf: 'v', struct: 'p', list: 'a' }[node.kind]}${node.id}`;
}
