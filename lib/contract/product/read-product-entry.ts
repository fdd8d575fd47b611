import { type ProductEntry, majorOf } from './product-entry';

type Fields = { readonly [key: string]: unknown };
type Check = (value: unknown, at: string) => string[];

const text: Check = (value, at) =>
  typeof value === 'string' && value !== '' ? [] : [`${at} is ${shown(value)}: must be text`];
const uri =
  (scheme: string, example: string): Check =>
  (value, at) =>
    typeof value === 'string' && value.startsWith(scheme)
      ? []
      : [`${at} is ${shown(value)}: must be as in ${example}`];
const count: Check = (value, at) =>
  Number.isInteger(value) && (value as number) >= 0
    ? []
    : [`${at} is ${shown(value)}: must be a whole number, 0 or more`];
const optional =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? [] : check(value, at);
const fields =
  (checks: { readonly [key: string]: Check }): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [`${at === '' ? 'the entry' : at} is ${shown(value)}: must be an object`];
    }
    return Object.entries(checks).flatMap(([key, check]) =>
      check((value as Fields)[key], at === '' ? key : `${at}.${key}`),
    );
  };
const list =
  (check: Check, atLeast = 0): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < atLeast) {
      return [`${at} is ${shown(value)}: must be a list${atLeast > 0 ? ' that is not empty' : ''}`];
    }
    return value.flatMap((item: unknown, index) => check(item, `${at}[${index}]`));
  };

const ENTRY = fields({
  name: text,
  domain: text,
  version: text,
  status: text,
  contract: text,
  purpose: optional(text),
  owner: optional(text),
  support: list(fields({ channel: text, url: optional(text) })),
  serviceLevels: list(fields({ property: text, value: text })),
  endOfSupport: optional(text),
  endOfLife: optional(text),
  qualityGates: count,
  outputPorts: list(
    fields({
      zone: text,
      table: uri('glue://', 'glue://marketing_gold/clv'),
      location: uri('s3://', 's3://data-products/marketing/clv'),
      format: text,
      schema: text,
      schemaHash: text,
    }),
    1,
  ),
  inputs: list(text),
  environment: optional(text),
  account: text,
  region: text,
});

/**
 * Reads an entry of a registry.
 * @throws Error naming where it is kept, and every path and value that is wrong
 */
export function readProductEntry(json: string, where: string): ProductEntry {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`${where} is no entry of a product: it is not JSON (${(error as Error).message}).`);
  }
  const problems = ENTRY(value, '');
  if (problems.length > 0) throw new Error(`${where} is no entry of a product: ${problems.join('; ')}.`);
  majorOf((value as ProductEntry).version, where);
  return value as ProductEntry;
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 80);
}
