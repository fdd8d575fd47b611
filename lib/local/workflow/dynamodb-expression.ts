import type { Json, JsonObject } from '../template/json';

/** An attribute value as DynamoDB spells it: `{ "S": "text" }`. */
export type Item = { [attribute: string]: JsonObject };

/** Names and values an expression refers to. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: { readonly [name: string]: string };
  readonly ExpressionAttributeValues?: { readonly [name: string]: JsonObject };
}

/**
 * The part of DynamoDB's expressions that conditional writes are made of: comparisons, `attribute_exists`,
 * `attribute_not_exists`, AND, OR, NOT, brackets; SET with `if_not_exists`, ADD of numbers and sets, REMOVE.
 * @throws Error for anything else, so that nothing passes here that would be refused, or mean something else, there
 */
export class Expressions {
  private tokens: string[] = [];

  constructor(private readonly placeholders: Placeholders) {}

  holds(condition: string, item: Item | undefined): boolean {
    this.tokens = tokenize(condition);
    const result = this.or(item ?? {});
    if (this.tokens.length > 0) throw new Error(`"${condition}" is not understood at "${this.tokens[0]}"`);
    return result;
  }

  update(expression: string, item: Item): Item {
    this.tokens = tokenize(expression);
    const updated = { ...item };
    while (this.tokens.length > 0) {
      const clause = this.take().toUpperCase();
      do this.action(clause, item, updated);
      while (this.skip(','));
    }
    return updated;
  }

  private action(clause: string, item: Item, updated: Item): void {
    const name = this.name(this.take());
    switch (clause) {
      case 'SET':
        this.expect('=');
        updated[name] = this.operand(item) ?? failMissing(name);
        return;
      case 'ADD':
        updated[name] = added(item[name], this.operand(item) ?? failMissing(name));
        return;
      case 'REMOVE':
        delete updated[name];
        return;
      default:
        throw new Error(`${clause} is not understood`);
    }
  }

  private or(item: Item): boolean {
    let result = this.and(item);
    while (this.skip('OR')) result = this.and(item) || result;
    return result;
  }

  private and(item: Item): boolean {
    let result = this.not(item);
    while (this.skip('AND')) result = this.not(item) && result;
    return result;
  }

  private not(item: Item): boolean {
    if (this.skip('NOT')) return !this.not(item);
    if (this.skip('(')) {
      const result = this.or(item);
      this.expect(')');
      return result;
    }
    return this.comparison(item);
  }

  private comparison(item: Item): boolean {
    const [first] = this.tokens;
    if (first === 'attribute_exists' || first === 'attribute_not_exists') {
      this.take();
      this.expect('(');
      const there = item[this.name(this.take())] !== undefined;
      this.expect(')');
      return there === (first === 'attribute_exists');
    }
    const left = this.operand(item);
    const operator = this.take();
    const right = this.operand(item);
    return compared(left, operator, right);
  }

  private operand(item: Item): JsonObject | undefined {
    const token = this.take();
    if (token === 'if_not_exists') {
      this.expect('(');
      const present = item[this.name(this.take())];
      this.expect(',');
      const otherwise = this.operand(item);
      this.expect(')');
      return present ?? otherwise;
    }
    if (!token.startsWith(':')) return item[this.name(token)];
    const value = this.placeholders.ExpressionAttributeValues?.[token];
    if (value === undefined) throw new Error(`${token} has no value`);
    return value;
  }

  private name(token: string): string {
    if (!token.startsWith('#')) return token;
    const name = this.placeholders.ExpressionAttributeNames?.[token];
    if (name === undefined) throw new Error(`${token} has no name`);
    return name;
  }

  private take(): string {
    const token = this.tokens.shift();
    if (token === undefined) throw new Error('The expression ends too early');
    return token;
  }

  private skip(token: string): boolean {
    if (this.tokens[0]?.toUpperCase() !== token) return false;
    this.tokens.shift();
    return true;
  }

  private expect(token: string): void {
    const taken = this.take();
    if (taken !== token) throw new Error(`"${token}" is expected, not "${taken}"`);
  }
}

function tokenize(expression: string): string[] {
  return expression.match(/[#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[=<>(),]|\S/g) ?? [];
}

function compared(left: JsonObject | undefined, operator: string, right: JsonObject | undefined): boolean {
  // A comparison with an attribute that is not there, or of another type, is false; "not equal" is true.
  const [leftType, leftValue] = typed(left);
  const [rightType, rightValue] = typed(right);
  if (left === undefined || right === undefined || leftType !== rightType) return operator === '<>';
  const [a, b] =
    leftType === 'N'
      ? [Number(leftValue), Number(rightValue)]
      : [JSON.stringify(leftValue), JSON.stringify(rightValue)];
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      throw new Error(`${operator} is no comparison`);
  }
}

function added(present: JsonObject | undefined, value: JsonObject): JsonObject {
  const [type, more] = typed(value);
  if (type === 'N') return { N: String(Number(present?.N ?? 0) + Number(more)) };
  if (type === 'SS' || type === 'NS') {
    return { [type]: [...new Set([...((present?.[type] as Json[]) ?? []), ...(more as Json[])])].sort() };
  }
  throw new Error(`ADD takes numbers and sets, not ${type}`);
}

function typed(value: JsonObject | undefined): [string | undefined, Json | undefined] {
  return (Object.entries(value ?? {})[0] ?? [undefined, undefined]) as [string | undefined, Json | undefined];
}

function failMissing(name: string): never {
  throw new Error(`There is nothing to set ${name} to`);
}
