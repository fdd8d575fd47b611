import { literal } from './literal';
import { numericLimits } from './numeric-limits';
import type { LeafNode } from './row-plan';

/** How a leaf's value is taken from a record: statements for the module's head, and those for each row. */
export interface ValueCheck {
  /** Run once, when the row writer is made. */
  readonly setup: string[];
  /**
   * Expression that is true for a JSON value which the column takes as it is; none where all are converted.
   * What fails it goes through the conversion.
   */
  asIs(raw: string): string | undefined;
  /** Name of the conversion. */
  readonly convert: string;
  /** Statements that return the reason when the value breaks a rule of the contract. */
  rules(value: string, path: string): string[];
}

export function valueCheck(node: LeafNode): ValueCheck {
  const { options } = node.property;
  const setup: string[] = [];
  const { convert, asIs } = conversion(node, setup);
  const rules: ValueCheck['rules'][] = [];
  if (node.json) return { setup, asIs, convert, rules: () => [] };
  const kind = /^[a-z]+/.exec(node.icebergType)?.[0] ?? '';
  switch (kind) {
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'decimal': {
      for (const limit of numericLimits(options, node.icebergType)) {
        rules.push((value, path) => [
          `if (${value} ${limit.outside} ${limit.source}) return runtime.outOfRange(${path}, ${shown(value, node)}, ${literal(limit.allowed)});`,
        ]);
      }
      const { multipleOf } = options;
      if (multipleOf !== undefined) {
        const step = decimalStep(multipleOf, node.icebergType);
        rules.push((value, path) => [
          `if (!runtime.isMultiple(${value}, ${literal(step)})) return runtime.outOfRange(${path}, ${shown(value, node)}, ${literal(`a multiple of ${multipleOf}`)});`,
        ]);
      }
      break;
    }
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz': {
      const bounds = [
        [options.minimum, '<', 'at least'],
        [options.maximum, '>', 'at most'],
        [options.exclusiveMinimum, '<=', 'after'],
        [options.exclusiveMaximum, '>=', 'before'],
      ] as const;
      bounds.forEach(([text, outside, words], i) => {
        if (text === undefined) return;
        const name = `bound${node.id}_${i}`;
        setup.push(
          `const ${name} = runtime.bound(${convert}, ${literal(text)}, ${literal(node.property.path)});`,
        );
        rules.push((value, path) => [
          `if (${value} ${outside} ${name}) return runtime.outOfRange(${path}, raw, ${literal(`${words} ${text}`)});`,
        ]);
      });
      break;
    }
    case 'string':
      stringRules(node, setup, rules);
      break;
  }
  return { setup, asIs, convert, rules: (value, path) => rules.flatMap((rule) => rule(value, path)) };
}

function conversion(node: LeafNode, setup: string[]): Pick<ValueCheck, 'asIs' | 'convert'> {
  const { options, logicalType } = node.property;
  const none = (): undefined => undefined;
  if (node.json) {
    return { convert: logicalType === 'array' ? 'runtime.jsonArray' : 'runtime.jsonObject', asIs: none };
  }
  const made = (source: string): Pick<ValueCheck, 'asIs' | 'convert'> => {
    const name = `convert${node.id}`;
    setup.push(`const ${name} = ${source};`);
    return { convert: name, asIs: none };
  };
  const [, kind, first, second] = /^([a-z]+)(?:[([](\d+)(?:,\s*(\d+))?[)\]])?$/.exec(node.icebergType) ?? [];
  switch (kind) {
    case 'boolean':
      return { convert: 'runtime.boolean', asIs: (raw) => `typeof ${raw} === 'boolean'` };
    case 'int':
      return {
        convert: 'runtime.int',
        asIs: (raw) => `typeof ${raw} === 'number' && (${raw} | 0) === ${raw}`,
      };
    case 'long':
      return { convert: 'runtime.long', asIs: (raw) => `Number.isSafeInteger(${raw})` };
    case 'float':
      return { convert: 'runtime.float', asIs: none };
    case 'double':
      // Infinity, which JSON.parse makes of 1e400, is not less than itself.
      return {
        convert: 'runtime.double',
        asIs: (raw) => `typeof ${raw} === 'number' && ${raw} - ${raw} === 0`,
      };
    case 'decimal':
      return made(`runtime.decimal(${Number(first)}, ${Number(second ?? 0)})`);
    case 'timestamp':
    case 'timestamptz':
      return made(`runtime.timestamp(${literal(options.format)}, ${literal(options.defaultTimezone)})`);
    case 'date':
      return made(`runtime.date(${literal(options.format)})`);
    case 'time':
      return made(`runtime.time(${literal(options.format)})`);
    case 'fixed':
      return made(`runtime.fixed(${Number(first)})`);
    case 'uuid':
      return { convert: 'runtime.uuid', asIs: none };
    case 'binary':
      return { convert: 'runtime.binary', asIs: none };
    case 'string':
      return { convert: 'runtime.string', asIs: (raw) => `typeof ${raw} === 'string'` };
    default:
      throw new Error(
        `Property "${node.property.path}" has no column type that can be encoded: ${node.icebergType}.`,
      );
  }
}

function stringRules(node: LeafNode, setup: string[], rules: ValueCheck['rules'][]): void {
  const { minLength, maxLength, pattern } = node.property.options;
  // A code point is one or two UTF-16 units: most texts need no counting.
  if (minLength !== undefined && minLength > 0) {
    const least = Number(minLength);
    rules.push((value, path) => [
      `if (${value}.length < ${least * 2} && runtime.codePoints(${value}) < ${least}) return runtime.outOfRange(${path}, ${value}, ${literal(`at least ${least} characters`)});`,
    ]);
  }
  if (maxLength !== undefined) {
    const most = Number(maxLength);
    rules.push((value, path) => [
      `if (${value}.length > ${most} && runtime.codePoints(${value}) > ${most}) return runtime.outOfRange(${path}, ${value}, ${literal(`at most ${most} characters`)});`,
    ]);
  }
  if (pattern !== undefined) {
    const name = `pattern${node.id}`;
    setup.push(
      `const ${name} = new RegExp(${literal(pattern)}, ${literal(patternFlags(pattern, node.property.path))});`,
    );
    rules.push((value, path) => [
      `if (!${name}.test(${value})) return runtime.mismatch(${path}, ${value}, ${literal(pattern)});`,
    ]);
  }
}

/** Patterns are read with Unicode rules where they allow it; older ones escape more than those permit. */
function patternFlags(pattern: string, path: string): string {
  for (const flags of ['u', '']) {
    try {
      new RegExp(pattern, flags);
      return flags;
    } catch {
      continue;
    }
  }
  throw new Error(
    `Property "${path}" has the pattern ${JSON.stringify(pattern)}, which is not a regular expression.`,
  );
}

/** What the record held; an unscaled decimal would puzzle its reader. */
function shown(value: string, node: LeafNode): string {
  return node.icebergType.startsWith('decimal') ? 'raw' : value;
}

/** The step in units of a decimal column's last digit, as decimal text. */
function decimalStep(multipleOf: string, icebergType: string): string {
  const scale = Number(/^decimal\(\d+,\s*(\d+)\)$/.exec(icebergType)?.[1] ?? 0);
  return scale === 0 ? multipleOf : `${multipleOf}e${scale}`;
}
