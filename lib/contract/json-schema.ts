import { columnType, decimalDigits } from './column-type';
import { LogicalType, type ContractProperty, type LogicalTypeOptions } from './contract-property';
import { compareDecimals } from './decimal';
import { patternRegExp } from './pattern';
import type { IcebergPrimitive } from './iceberg-types';
import type { SchemaObject } from './schema-object';

type Json = { [key: string]: unknown };

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** Formats of the contract that JSON Schema knows by the same name. */
const FORMATS = new Set(['email', 'uuid', 'uri', 'hostname', 'ipv4', 'ipv6']);
const CLOCK = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?';
const LOCAL_TIME = `^${CLOCK}$`;
const LOCAL_TIMESTAMP = `^\\d{4}-\\d{2}-\\d{2}[T ]${CLOCK}$`;
/** Ranges of the integer formats that a JSON number holds exactly in every language. */
const INTEGER_RANGES: Record<string, readonly [number, number]> = {
  i8: [-128, 127],
  i16: [-32_768, 32_767],
  i32: [-2_147_483_648, 2_147_483_647],
  u8: [0, 255],
  u16: [0, 65_535],
  u32: [0, 4_294_967_295],
};

/** The JSON Schema of a record (draft 2020-12). Its keys are the record's keys, not the table's columns. */
export function jsonSchema(schema: SchemaObject): { [key: string]: unknown } {
  return {
    $schema: DRAFT,
    title: schema.name,
    ...described(schema.description),
    type: 'object',
    ...fields(schema.properties, schema.allowsUnknownFields),
  };
}

function fields(properties: ContractProperty[], allowsUnknown: boolean): Json {
  const required = properties.filter((property) => property.required).map((property) => property.name);
  return {
    properties: Object.fromEntries(
      properties.map((property) => [property.name, field(property, allowsUnknown)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: allowsUnknown,
  };
}

function field(property: ContractProperty, allowsUnknown: boolean): Json {
  const { type, ...rest } = valueSchema(property, allowsUnknown);
  const types = Array.isArray(type) ? type : [type];
  return {
    ...described(property.description),
    type: property.required ? type : [...types, 'null'],
    ...rest,
  };
}

function valueSchema(property: ContractProperty, allowsUnknown: boolean): Json {
  const { options } = property;
  const type = columnType(property);
  const objectLimits = defined({
    minProperties: options.minProperties,
    maxProperties: options.maxProperties,
  });
  const listLimits = defined({
    minItems: options.minItems,
    maxItems: options.maxItems,
    uniqueItems: options.uniqueItems === true ? true : undefined,
  });
  switch (type.kind) {
    case 'struct':
      return { type: 'object', ...fields(type.fields, allowsUnknown), ...objectLimits };
    case 'list':
      return { type: 'array', items: field(type.element, allowsUnknown), ...listLimits };
    case 'json':
      return property.logicalType === LogicalType.ARRAY
        ? { type: 'array', ...listLimits }
        : { type: 'object', ...defined({ required: options.required }), ...objectLimits };
    default:
      return primitive(type.type, property);
  }
}

function primitive(type: IcebergPrimitive, { options, logicalType }: ContractProperty): Json {
  const decimal = decimalDigits(type);
  if (decimal !== undefined) {
    // An integer format wider than 64 bits has a decimal column too, but its values have no fraction.
    if (logicalType === LogicalType.INTEGER) return { type: 'integer', ...numberLimits(options) };
    const { precision, scale } = decimal;
    const fraction = scale === 0 ? '' : `(\\.\\d{1,${scale}})?`;
    // As text, a decimal keeps every digit on its way through JSON libraries that read numbers as doubles.
    return {
      type: ['number', 'string'],
      pattern: `^-?\\d{1,${Math.max(1, precision - scale)}}${fraction}$`,
      ...numberLimits(options),
    };
  }
  switch (type) {
    case 'int':
    case 'long': {
      const [least, most] =
        INTEGER_RANGES[options.format ?? ''] ?? (type === 'int' ? INTEGER_RANGES.i32 : []);
      return { type: 'integer', ...defined({ minimum: least, maximum: most }), ...numberLimits(options) };
    }
    case 'float':
    case 'double':
      return { type: 'number', ...numberLimits(options) };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', ...formatOr(options, { format: 'date' }) };
    case 'time':
      return { type: 'string', ...formatOr(options, { pattern: LOCAL_TIME }) };
    // A number is the time since 1970 in seconds, milliseconds or microseconds.
    case 'timestamp':
      return { type: ['string', 'number'], ...formatOr(options, { pattern: LOCAL_TIMESTAMP }) };
    case 'timestamptz':
      return { type: ['string', 'number'], ...formatOr(options, { format: 'date-time' }) };
    case 'uuid':
      return { type: 'string', format: 'uuid' };
    case 'binary':
      return { type: 'string', contentEncoding: 'base64' };
    default:
      return text(options);
  }
}

function text(options: LogicalTypeOptions): Json {
  const { format } = options;
  return {
    type: 'string',
    ...defined({ minLength: options.minLength, maxLength: options.maxLength }),
    ...defined({ pattern: options.pattern === undefined ? undefined : unicodePattern(options.pattern) }),
    ...(format !== undefined && FORMATS.has(format) ? { format } : {}),
    ...(format === 'byte' ? { contentEncoding: 'base64' } : {}),
  };
}

/** A format of the contract's own (a JDK pattern) takes the place of the ISO one, and JSON Schema cannot say it. */
function formatOr(options: LogicalTypeOptions, iso: Json): Json {
  return options.format === undefined ? iso : {};
}

/** Bounds that a double cannot hold are left out: a rounded bound would refuse or allow the wrong number. */
function numberLimits(options: LogicalTypeOptions): Json {
  const exact = (text: string | undefined) =>
    text !== undefined && compareDecimals(String(Number(text)), text) === 0 ? Number(text) : undefined;
  return defined({
    minimum: exact(options.minimum),
    maximum: exact(options.maximum),
    exclusiveMinimum: exact(options.exclusiveMinimum),
    exclusiveMaximum: exact(options.exclusiveMaximum),
    multipleOf: exact(options.multipleOf),
  });
}

/** JSON Schema reads patterns with Unicode's stricter grammar. Undefined where the pattern cannot be said in it. */
function unicodePattern(pattern: string): string | undefined {
  const { source, unicode } = patternRegExp(pattern);
  return unicode ? source : undefined;
}

function described(description: string | undefined): Json {
  return description === undefined ? {} : { description };
}

function defined(entries: Json): Json {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
