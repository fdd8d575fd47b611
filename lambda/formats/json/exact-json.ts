/**
 * A JSON number a double cannot reproduce, as its text. Code that calculates with it gets the nearest double; as text,
 * and in JSON, it keeps every digit.
 */
export class ExactNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number(this.text);
  }

  toJSON(): unknown {
    // Node 22 and later, which the handlers run on.
    const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };
    return rawJSON === undefined ? this.valueOf() : rawJSON(this.text);
  }
}

/** A number of more digits than a double surely holds, with what stands before one. */
const LONG_NUMBER = /[:,[\s-]\d[\d.]{15}/;
const LARGE_EXPONENT = /\d[eE][+-]?\d{3}/;

/** Whether JSON.parse may have rounded a number of this object or array, or turned it into infinity. */
export function mayLoseDigits(text: string): boolean {
  return LONG_NUMBER.test(text) || LARGE_EXPONENT.test(text);
}

/**
 * Parses JSON as JSON.parse does, but keeps the numbers a double cannot hold. Several times slower: meant for the
 * few records that need it, after JSON.parse found them valid.
 *
 * @param numberOf what to make of the text of a number
 * @throws SyntaxError for some of what is no JSON: it ends in any case, but is no check
 */
export function parseExact(text: string, numberOf: (text: string) => unknown = reproducible): unknown {
  return new ExactParser(text, numberOf).value();
}

class ExactParser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly numberOf: (text: string) => unknown,
  ) {}

  value(): unknown {
    switch (this.next()) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      case 't':
        this.at += 4;
        return true;
      case 'f':
        this.at += 5;
        return false;
      case 'n':
        this.at += 4;
        return null;
      default:
        return this.number();
    }
  }

  private object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.at++;
    while (this.next() !== '}') {
      if (this.text[this.at] === ',') {
        this.at++;
        this.next();
      }
      const key = this.string();
      this.next();
      this.at++;
      const value = this.value();
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
    this.at++;
    return object;
  }

  private array(): unknown[] {
    const array: unknown[] = [];
    this.at++;
    while (this.next() !== ']') {
      if (this.text[this.at] === ',') this.at++;
      array.push(this.value());
    }
    this.at++;
    return array;
  }

  private string(): string {
    const start = this.at++;
    while (this.at < this.text.length) {
      const character = this.text[this.at++];
      if (character === '\\') this.at++;
      else if (character === '"') return JSON.parse(this.text.slice(start, this.at)) as string;
    }
    throw new SyntaxError(`A string that begins at ${start} has no end.`);
  }

  private number(): unknown {
    const start = this.at;
    while (this.at < this.text.length && '0123456789+-.eE'.includes(this.text[this.at])) this.at++;
    if (this.at === start) throw new SyntaxError(`There is no value at ${start}.`);
    return this.numberOf(this.text.slice(start, this.at));
  }

  /** Skips white space. */
  private next(): string {
    while (' \t\r\n'.includes(this.text[this.at])) this.at++;
    return this.text[this.at];
  }
}

function reproducible(text: string): number | ExactNumber {
  const number = Number(text);
  return isReproducible(text, number) ? number : new ExactNumber(text);
}

/** A double reproduces every decimal of up to 15 digits, and integers up to 2^53. */
function isReproducible(text: string, number: number): boolean {
  if (Number.isSafeInteger(number) && /^-?\d+$/.test(text)) return true;
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return digits.length <= 15 && Math.abs(number) < 1e300 && (number !== 0 || digits === '');
}

/** JSON text of a value that may hold exact numbers. */
export function stringifyExact(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(stringifyExact).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, field]) => `${JSON.stringify(key)}:${stringifyExact(field)}`,
    );
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}
