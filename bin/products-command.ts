import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ListedProduct, listProducts } from '../lib/contract/product';
import { endOf, productsPage, serviceLevelsOf } from '../lib/local/report/products-page';
import { productsOfAssembly, productsOfRegion, type RegistryContents } from '../lib/operations/products';
import { CommandFailed } from './command-failed';
import { printable, table } from './text-table';

interface ProductsArguments {
  readonly app: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly path: string;
  readonly html?: string;
  readonly json: boolean;
}

/** Prints the data products of a registry: of a cloud assembly, or of an account and region. Changes nothing. */
export async function products(args: string[]): Promise<void> {
  const options = readArguments(args);
  const { entries, problems } = await contentsOf(options);
  const listed = listProducts(entries);
  if (options.html !== undefined) writeFileSync(options.html, productsPage(listed, problems));
  process.stdout.write(
    options.json
      ? `${JSON.stringify(
          listed.map(({ entry }) => entry),
          undefined,
          2,
        )}\n`
      : report(listed, options.path),
  );
  if (problems.length > 0)
    throw new CommandFailed(problems.map((line) => printable(line, 2048)).join('\n'), 1);
}

async function contentsOf({ app, region, endpoint, path }: ProductsArguments): Promise<RegistryContents> {
  try {
    if (region !== undefined) return await productsOfRegion({ region, endpoint }, path);
  } catch (error) {
    throw new CommandFailed(`${path} in ${region}: ${(error as Error).message}`, 1);
  }
  if (!existsSync(join(app, 'manifest.json'))) {
    throw CommandFailed.usage(
      `--app is "${app}", where there is no cloud assembly (manifest.json). Run cdk synth, or read a deployed registry with --region.`,
    );
  }
  return productsOfAssembly(app, path);
}

function report(listed: readonly ListedProduct[], path: string): string {
  if (listed.length === 0) return `No product is in the registry ${path}.\n`;
  return table(
    ['Product', 'Version', 'Status', 'Owner', 'Output port', 'Promises', 'Made of'],
    listed.flatMap(({ entry, title, superseded, inputs }) =>
      entry.outputPorts.map((port) => [
        title,
        entry.version,
        [entry.status, endOf(entry), superseded ? 'superseded' : undefined].filter(Boolean).join(', '),
        entry.owner ?? '',
        port.table,
        serviceLevelsOf(entry).join(', '),
        inputs.map(({ uri, product }) => product ?? uri).join(', '),
      ]),
    ),
  );
}

function readArguments(args: string[]): ProductsArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        app: { type: 'string' },
        region: { type: 'string' },
        endpoint: { type: 'string' },
        path: { type: 'string' },
        html: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const { app, region, endpoint, path = '/lakehouse/products', html, json = false } = values;
    if (app !== undefined && region !== undefined) {
      throw new Error('Either --app DIR or --region REGION: a registry is read in one place');
    }
    if (endpoint !== undefined && (region === undefined || !URL.canParse(endpoint))) {
      throw new Error(
        `--endpoint is "${endpoint}". Allowed: a URL, for example http://127.0.0.1:5000, beside --region`,
      );
    }
    if (!/^\/.*[^/]$/.test(path)) {
      throw new Error(
        `--path is "${path}". Allowed: the path of a ProductRegistry, as in /lakehouse/products`,
      );
    }
    return { app: app ?? 'cdk.out', region, endpoint, path, html, json };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse products --help`);
  }
}
