import { SqlDialect, valueLiteral } from '../quality/sql-dialect';

/** What a parameter is, as plain data. Internal. */
export interface SqlParameterDefinition {
  readonly name: string;
  /** Iceberg type of its literal. */
  readonly type: 'string' | 'long' | 'decimal' | 'date' | 'timestamptz' | 'boolean';
  /** Text of its value where a request gives none. @default - a request has to give one, unless it follows the run */
  readonly value?: string;
  /** Whole days before the run's date (UTC) that it is, or for a timestamp the run's own time. @default - it is not taken from the run */
  readonly daysBeforeRun?: number;
}

/**
 * A value that `${name}` stands for in the SQL of a transform: a literal of a fixed type in every engine, never a piece
 * of SQL. A request may give another value by name, as text.
 */
export class SqlParameter {
  /**
   * The date of the run in UTC, or one before it. A scheduled run has the date it was scheduled for, however late it is.
   *
   * @param daysBefore whole days before that date; 1 is the day before
   */
  public static runDate(daysBefore?: number): SqlParameter {
    const days = daysBefore ?? 0;
    if (!Number.isInteger(days))
      throw new Error(`daysBefore must be a whole number of days. Received ${days}.`);
    return new SqlParameter({ type: 'date', daysBeforeRun: days });
  }

  /** The time of the run, a timestamp with time zone. */
  public static runTime(): SqlParameter {
    return new SqlParameter({ type: 'timestamptz', daysBeforeRun: 0 });
  }

  /**
   * A date.
   *
   * @param value `2024-05-31`; left out, every request has to give one
   */
  public static date(value?: string): SqlParameter {
    return new SqlParameter({ type: 'date', value });
  }

  /**
   * A point in time.
   *
   * @param value ISO 8601 with a `T` or a blank, in UTC unless it names an offset
   */
  public static timestamp(value?: string): SqlParameter {
    return new SqlParameter({ type: 'timestamptz', value });
  }

  /**
   * Text.
   *
   * @param value left out, every request has to give one
   */
  public static text(value?: string): SqlParameter {
    return new SqlParameter({ type: 'string', value });
  }

  /**
   * A whole number.
   *
   * @param value left out, every request has to give one
   */
  public static integer(value?: number): SqlParameter {
    return new SqlParameter({ type: 'long', value: value === undefined ? undefined : String(value) });
  }

  /**
   * An exact decimal number, as text.
   *
   * @param value `1000.00`; left out, every request has to give one
   */
  public static decimal(value?: string): SqlParameter {
    return new SqlParameter({ type: 'decimal', value });
  }

  /**
   * True or false.
   *
   * @param value left out, every request has to give one
   */
  public static boolean(value?: boolean): SqlParameter {
    return new SqlParameter({ type: 'boolean', value: value === undefined ? undefined : String(value) });
  }

  private constructor(private readonly fields: Omit<SqlParameterDefinition, 'name'>) {}

  /**
   * The parameter under its name.
   *
   * @throws Error for a default that is none of its type
   * @internal
   */
  public _definition(name: string): SqlParameterDefinition {
    const definition = { name, ...this.fields };
    if (definition.value !== undefined) requireValue(definition, definition.value);
    return definition;
  }
}

/** Values of the parameters of a run, as text: what the request gives, else the defaults. */
export function parameterValues(
  definitions: readonly SqlParameterDefinition[],
  given: { readonly [name: string]: string },
  runTime: Date,
): Map<string, string> {
  const known = definitions.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => name !== DATE && !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no parameter "${unknown}". Known: ${known.length === 0 ? 'none' : known.join(', ')}.`,
    );
  }
  const time = known.includes(DATE) || given[DATE] === undefined ? runTime : startOf(given[DATE]);
  return new Map(
    definitions.map((definition) => {
      const value = given[definition.name] ?? definition.value ?? valueOfRun(definition, time);
      if (value === undefined) {
        throw new Error(
          `The parameter "${definition.name}" has no value: give one in the request, ` +
            `{"parameters": {"${definition.name}": "…"}}, or a default where it is declared.`,
        );
      }
      requireValue(definition, value);
      return [definition.name, value];
    }),
  );
}

/** A literal of the parameter's type in a dialect. */
export function parameterLiteral(
  definition: SqlParameterDefinition,
  value: string,
  dialect: SqlDialect,
): string {
  requireValue(definition, value);
  // The escaping of text and the exactness of numbers are those of the quality gates.
  const literal = valueLiteral(value, definition.type, dialect)!;
  return definition.type === 'decimal' || definition.type === 'long' ? `(${literal})` : literal;
}

/** A request may always name the date it is for, as workflows do: where the SQL has no such parameter, runs are of that day. */
const DATE = 'date';

function startOf(date: string): Date {
  requireValue({ name: DATE, type: 'date' }, date);
  return new Date(`${date}T00:00:00Z`);
}

function valueOfRun({ type, daysBeforeRun }: SqlParameterDefinition, runTime: Date): string | undefined {
  if (daysBeforeRun === undefined) return undefined;
  if (type === 'timestamptz') return runTime.toISOString().replace('T', ' ').replace('Z', '');
  const day = new Date(runTime);
  day.setUTCDate(day.getUTCDate() - daysBeforeRun);
  return day.toISOString().slice(0, 10);
}

const ALLOWED: { readonly [type in SqlParameterDefinition['type']]: string } = {
  string: 'text without a NUL character',
  long: 'a whole number of 64 bits',
  decimal: 'a decimal number of up to 38 digits, such as 1000.00',
  date: 'a date such as 2024-05-31',
  timestamptz: 'a time such as 2024-05-31T12:00:00Z',
  boolean: 'true or false',
};

function requireValue({ name, type }: SqlParameterDefinition, value: string): void {
  if (isValue(type, value)) return;
  throw new Error(`The parameter "${name}" is "${value.slice(0, 80)}". Allowed: ${ALLOWED[type]}.`);
}

function isValue(type: SqlParameterDefinition['type'], value: string): boolean {
  switch (type) {
    case 'string':
      return !value.includes('\0');
    case 'long':
      return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(value) && value.replace(/\D/g, '').length <= 38;
    default:
      // The literal is undefined for what is no value of the type, the same in every dialect.
      return valueLiteral(value, type, SqlDialect.DUCKDB) !== undefined;
  }
}
