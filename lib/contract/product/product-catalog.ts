import { type OutputPort, type ProductEntry, majorOf } from './product-entry';

/** A product of a registry among the others. */
export interface ListedProduct {
  readonly entry: ProductEntry;
  /** `marketing/clv v2` */
  readonly title: string;
  /** Whether there is a higher major version in the same environment. */
  readonly superseded: boolean;
  readonly inputs: readonly ListedInput[];
}

export interface ListedInput {
  /** Table by URI, or stream by ARN. */
  readonly uri: string;
  /** Title of the product whose port it is; undefined where it is nobody's. */
  readonly product?: string;
}

/** The entries in order, each with the products it is made of. */
export function listProducts(entries: readonly ProductEntry[]): ListedProduct[] {
  const owners = new Map(
    entries.flatMap((entry) => entry.outputPorts.map((port) => [portKey(entry, port.table), titleOf(entry)])),
  );
  return [...entries]
    .sort((left, right) => compare(placeOf(left), placeOf(right)) || major(left) - major(right))
    .map((entry) => ({
      entry,
      title: titleOf(entry),
      superseded: entries.some((other) => placeOf(other) === placeOf(entry) && major(other) > major(entry)),
      inputs: entry.inputs.map((uri) => ({ uri, product: owners.get(portKey(entry, uri)) })),
    }));
}

/** Tables that are the port of two products: the rows of one of them are not what its entry says. */
export function sharedPorts(entries: readonly ProductEntry[]): string[] {
  const ports = new Map<string, { readonly port: OutputPort; readonly titles: string[] }>();
  for (const entry of entries) {
    for (const port of entry.outputPorts) {
      const found = ports.get(portKey(entry, port.table)) ?? { port, titles: [] };
      found.titles.push(titleOf(entry));
      ports.set(portKey(entry, port.table), found);
    }
  }
  return [...ports.values()].flatMap(({ port, titles }) =>
    titles.length > 1 ? [`${port.table} is the output port of ${titles.sort().join(' and ')}`] : [],
  );
}

export function titleOf(entry: ProductEntry): string {
  return `${entry.domain}/${entry.name} v${major(entry)}`;
}

/** Databases of the same name are others in another account or region. */
function portKey({ account, region }: ProductEntry, table: string): string {
  return [account, region, table].join(' ');
}

function placeOf({ domain, name, environment = '', account, region }: ProductEntry): string {
  return [domain, name, environment, account, region].join('\n');
}

function major(entry: ProductEntry): number {
  return majorOf(entry.version, `${entry.domain}/${entry.name}`);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
