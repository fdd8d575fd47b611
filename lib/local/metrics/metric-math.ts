/**
 * The part of CloudWatch's metric math that alarms use: numbers, metrics by id, + - * / and comparisons, AND, OR,
 * parentheses, arrays, and FILL, IF, MAX, MIN, SUM, AVG, ABS, CEIL, FLOOR, DIFF. An operation on a missing value is missing.
 */
export type MathValue = number | undefined;

export class UnsupportedExpression extends Error {
  constructor(expression: string, detail: string) {
    super(`Metric math "${expression}": ${detail}`);
    this.name = 'UnsupportedExpression';
  }
}

type Value = MathValue | MathValue[];

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(>=|<=|==|!=|&&|\|\||[-+*/()[\],<>]))/y;

/** Levels of binary operators, weakest first. */
const LEVELS: Record<string, (left: number, right: number) => number>[] = [
  {
    OR: (left, right) => Number(left !== 0 || right !== 0),
    '||': (left, right) => Number(left !== 0 || right !== 0),
  },
  {
    AND: (left, right) => Number(left !== 0 && right !== 0),
    '&&': (left, right) => Number(left !== 0 && right !== 0),
  },
  {
    '>': (left, right) => Number(left > right),
    '<': (left, right) => Number(left < right),
    '>=': (left, right) => Number(left >= right),
    '<=': (left, right) => Number(left <= right),
    '==': (left, right) => Number(left === right),
    '!=': (left, right) => Number(left !== right),
  },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  { '*': (left, right) => left * right, '/': (left, right) => left / right },
];

/**
 * Evaluates an expression for one period.
 * @param metric the value of a metric, so many periods before
 * @throws UnsupportedExpression
 */
export function evaluateMath(
  expression: string,
  metric: (id: string, periodsBefore: number) => MathValue,
): MathValue {
  const tokens = tokenize(expression);
  let next = 0;
  let periodsBefore = 0;
  const fail = (detail: string): never => {
    throw new UnsupportedExpression(expression, detail);
  };
  const expect = (token: string): void => {
    if (tokens[next++] !== token) fail(`expected "${token}"`);
  };

  const binary = (level: number): Value => {
    if (level === LEVELS.length) return operand();
    let left = binary(level + 1);
    for (let operator = LEVELS[level][tokens[next]]; operator; operator = LEVELS[level][tokens[next]]) {
      next++;
      const apply = operator;
      const right = scalar(binary(level + 1));
      const value = scalar(left);
      const result = value === undefined || right === undefined ? undefined : apply(value, right);
      // A division by zero gives no datapoint.
      left = result !== undefined && Number.isFinite(result) ? result : undefined;
    }
    return left;
  };
  const list = (end: string): Value[] => {
    const values: Value[] = [];
    while (tokens[next] !== end) {
      values.push(binary(0));
      if (tokens[next] === ',') next++;
      else if (tokens[next] !== end) fail(`expected "," or "${end}"`);
    }
    next++;
    return values;
  };
  /** Of the argument at hand now and a period before, which is read twice for that. */
  const difference = (): MathValue => {
    const start = next;
    const now = scalar(list(')')[0]);
    next = start;
    periodsBefore++;
    const before = scalar(list(')')[0]);
    periodsBefore--;
    return now === undefined || before === undefined ? undefined : now - before;
  };
  const operand = (): Value => {
    const token = tokens[next++] ?? fail('it ends too early');
    if (token === '-') {
      const value = scalar(operand());
      return value === undefined ? undefined : -value;
    }
    if (token === '(') {
      const value = binary(0);
      expect(')');
      return value;
    }
    if (token === '[') return list(']').map(scalar);
    if (/^\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) fail(`unexpected "${token}"`);
    if (tokens[next] !== '(') return metric(token, periodsBefore);
    next++;
    if (token === 'DIFF') return difference();
    return call(token, list(')'), fail);
  };

  const value = scalar(binary(0));
  if (next < tokens.length) fail(`unexpected "${tokens[next]}"`);
  return value;
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (!match) throw new UnsupportedExpression(expression, `unexpected text at ${at}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

function call(name: string, values: Value[], fail: (detail: string) => never): Value {
  const numbers = values.flat().filter((value): value is number => value !== undefined);
  const first = scalar(values[0]);
  switch (name) {
    case 'FILL':
      return first ?? scalar(values[1]);
    case 'IF':
      if (first === undefined) return undefined;
      return first !== 0 ? values[1] : values[2];
    case 'MAX':
      return numbers.length > 0 ? Math.max(...numbers) : undefined;
    case 'MIN':
      return numbers.length > 0 ? Math.min(...numbers) : undefined;
    case 'SUM':
      return numbers.length > 0 ? numbers.reduce((sum, value) => sum + value, 0) : undefined;
    case 'AVG':
      return numbers.length > 0 ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length : undefined;
    case 'ABS':
      return first === undefined ? undefined : Math.abs(first);
    case 'CEIL':
      return first === undefined ? undefined : Math.ceil(first);
    case 'FLOOR':
      return first === undefined ? undefined : Math.floor(first);
    default:
      return fail(`the function ${name} is not evaluated on this machine`);
  }
}

function scalar(value: Value): MathValue {
  return Array.isArray(value) ? value[0] : value;
}
