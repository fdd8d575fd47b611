import { isObject } from '../template/json';
import type { Json, JsonObject } from '../template/json';

/** A pattern that EventBridge would refuse, or an operator that is not known here: guessing would lose events. */
export class UnusablePattern extends Error {
  constructor(path: string, problem: string) {
    super(`The event pattern cannot be used at ${path === '' ? 'its top' : path}: ${problem}`);
    this.name = 'UnusablePattern';
  }
}

type Test = (value: Json) => boolean;

/** A pattern of EventBridge (rules) and of Lambda (filters of event source mappings), ready to match events. */
export class EventPattern {
  private readonly matcher: (event: JsonObject) => boolean;

  /** @throws UnusablePattern */
  constructor(pattern: JsonObject) {
    this.matcher = objectMatcher(pattern, '');
  }

  matches(event: JsonObject): boolean {
    return this.matcher(event);
  }
}

function objectMatcher(pattern: JsonObject, path: string): (value: JsonObject) => boolean {
  const fields = Object.entries(pattern).map(([name, expected]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (name === '$or') return alternatives(expected, at, path);
    if (isObject(expected)) {
      const inner = objectMatcher(expected, at);
      return (value: JsonObject) => objectsAt(value[name]).some(inner);
    }
    const leaf = leafMatcher(expected, at);
    return (value: JsonObject) => leaf(value[name]);
  });
  return (value) => fields.every((matches) => matches(value));
}

function alternatives(expected: Json, at: string, path: string): (value: JsonObject) => boolean {
  if (!Array.isArray(expected) || expected.length < 2 || !expected.every(isObject)) {
    throw new UnusablePattern(
      at,
      `$or takes a list of two or more objects. Given: ${JSON.stringify(expected)}`,
    );
  }
  const matchers = expected.map((one) => objectMatcher(one, path));
  return (value) => matchers.some((matches) => matches(value));
}

/** An object, or the objects of a list: a field of any of them may match. No object has no fields, which may be asked for. */
function objectsAt(value: Json | undefined): JsonObject[] {
  if (isObject(value)) return [value];
  const inList = Array.isArray(value) ? value.filter(isObject) : [];
  return inList.length > 0 ? inList : [{}];
}

function leafMatcher(expected: Json, path: string): (value: Json | undefined) => boolean {
  if (!Array.isArray(expected) || expected.length === 0) {
    throw new UnusablePattern(
      path,
      `a field is matched by a list of values that is not empty, or by an object. Given: ${JSON.stringify(expected)}`,
    );
  }
  const tests: Test[] = [];
  let matchesAbsent = false;
  for (const one of expected) {
    const exists = isObject(one) ? one.exists : undefined;
    if (exists === undefined) tests.push(valueTest(one, path));
    else if (typeof exists !== 'boolean' || Object.keys(one as JsonObject).length > 1)
      throw new UnusablePattern(path, `"exists" is true or false, alone. Given: ${JSON.stringify(one)}`);
    else if (exists) tests.push(() => true);
    else matchesAbsent = true;
  }
  return (value) => {
    const leaves = leavesOf(value);
    return leaves.length === 0 ? matchesAbsent : leaves.some((leaf) => tests.some((test) => test(leaf)));
  };
}

/** The values of a field: of a list each, of an object none, for only leaves can be matched. */
function leavesOf(value: Json | undefined): Json[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? value.flatMap(leavesOf) : [value];
}

function valueTest(expected: Json, path: string): Test {
  if (Array.isArray(expected)) {
    throw new UnusablePattern(path, `a list in a list. Given: ${JSON.stringify(expected)}`);
  }
  if (!isObject(expected)) return (value) => value === expected;
  const [[operator, argument], ...more] = Object.entries(expected);
  const build = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!build || more.length > 0) {
    throw new UnusablePattern(
      path,
      `${JSON.stringify(expected)} is not one operator of these: exists, ${Object.keys(OPERATORS).join(', ')}`,
    );
  }
  return build(argument, path);
}

const OPERATORS: Record<string, (argument: Json, path: string) => Test> = {
  prefix: (argument, path) => affix(argument, path, 'prefix', (text, part) => text.startsWith(part)),
  suffix: (argument, path) => affix(argument, path, 'suffix', (text, part) => text.endsWith(part)),
  wildcard: (argument, path) => {
    const parts = text(argument, path, 'wildcard').match(/\\.|[^\\]/gs) ?? [];
    const source = parts.map((part) =>
      part === '*' ? '.*' : part.at(-1)!.replace(/[.*+?^${}()|[\]\\/]/, '\\$&'),
    );
    const expected = new RegExp(`^${source.join('')}$`, 's');
    return (value) => typeof value === 'string' && expected.test(value);
  },
  'equals-ignore-case': (argument, path) => {
    const expected = text(argument, path, 'equals-ignore-case').toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === expected;
  },
  'anything-but': (argument, path) => {
    const excluded = (Array.isArray(argument) ? argument : [argument]).map((one) => valueTest(one, path));
    if (excluded.length === 0) throw new UnusablePattern(path, '"anything-but" excludes nothing');
    return (value) => !excluded.some((test) => test(value));
  },
  numeric: (argument, path) => {
    const tests = numericTests(argument, path);
    return (value) => typeof value === 'number' && tests.every((test) => test(value));
  },
};

function affix(
  argument: Json,
  path: string,
  operator: string,
  holds: (text: string, part: string) => boolean,
): Test {
  const ignoresCase = isObject(argument) && 'equals-ignore-case' in argument;
  const part = text(ignoresCase ? argument['equals-ignore-case'] : argument, path, operator);
  return (value) =>
    typeof value === 'string' &&
    (ignoresCase ? holds(value.toLowerCase(), part.toLowerCase()) : holds(value, part));
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 5]`, or a range such as `[">", 0, "<=", 5]`. */
function numericTests(argument: Json, path: string): ((value: number) => boolean)[] {
  const parts = Array.isArray(argument) ? argument : [];
  const pairs = parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1]]] : []));
  const usable =
    (pairs.length === 1 || pairs.length === 2) &&
    pairs.every(([sign, bound]) => Object.hasOwn(COMPARISONS, String(sign)) && typeof bound === 'number');
  if (!usable) {
    throw new UnusablePattern(
      path,
      `"numeric" takes one or two pairs of a comparison (${Object.keys(COMPARISONS).join(' ')}) and a number. Given: ${JSON.stringify(argument)}`,
    );
  }
  return pairs.map(
    ([sign, bound]) =>
      (value) =>
        COMPARISONS[String(sign)](value, Number(bound)),
  );
}

function text(argument: Json, path: string, operator: string): string {
  if (typeof argument === 'string') return argument;
  throw new UnusablePattern(path, `"${operator}" takes text. Given: ${JSON.stringify(argument)}`);
}
