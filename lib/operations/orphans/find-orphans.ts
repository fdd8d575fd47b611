import type { CatalogTable, Inventory, TaggedResource } from './inventory';

/** Something of a lake that nothing uses any more, as it seems. */
export interface Orphan {
  /** `bucket`, `table`, `folder`, `key`, … */
  readonly kind: string;
  /** Its ARN, its name or its place. */
  readonly what: string;
  readonly why: string;
  /** US dollars a month, list price of us-east-1 of November 2026, where it is known. */
  readonly monthlyCost?: number;
}

export interface OrphanSearch {
  /** Only what stacks with a name that begins so have left. Tables, folders and logs are looked at in any case. */
  readonly stackPrefix?: string;
  /** Tag by which the lake's resources are known that no stack has made. */
  readonly tagKey: string;
}

const STACK_ID = 'aws:cloudformation:stack-id';
const STACK_NAME = 'aws:cloudformation:stack-name';
const FUNCTION_LOGS = '/aws/lambda/';
const GIGABYTE = 2 ** 30;
/** us-east-1, November 2026. */
const PRICES = { key: 1, shard: 0.015 * 730, logsGigabyte: 0.03, storageGigabyte: 0.023 };

/** Kinds that keep data or cost; of the ARN's service and the word before its name. */
const KINDS: readonly (readonly [RegExp, string, number?])[] = [
  [/^arn:[^:]+:s3:::/, 'bucket'],
  [/^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\//, 'dynamodb table'],
  [/^arn:[^:]+:kinesis:[^:]*:[^:]*:stream\//, 'stream', PRICES.shard],
  [/^arn:[^:]+:sqs:/, 'queue', 0],
  [/^arn:[^:]+:kms:[^:]*:[^:]*:key\//, 'key', PRICES.key],
  [/^arn:[^:]+:logs:/, 'log group'],
  [/^arn:[^:]+:sns:/, 'topic', 0],
  [/^arn:[^:]+:backup:[^:]*:[^:]*:backup-vault:/, 'backup vault'],
];

/**
 * What a lake left behind: resources whose stack is gone, or that carry the lake's tag and no stack's; logs of functions that are
 * gone; tables of the catalog without a file; folders of the buckets with tables that no table is in. Each is a
 * question for a person: data that was kept on purpose is among them.
 */
export async function findOrphans(inventory: Inventory, search: OrphanSearch): Promise<Orphan[]> {
  const [ofStacks, logs, ofCatalog] = await Promise.all([
    withoutStack(inventory, search),
    logsWithoutFunction(inventory),
    withoutTable(inventory),
  ]);
  const known = new Set(ofStacks.map(({ what }) => what));
  return [
    ...ofStacks,
    ...logs.filter(({ what }) => ![...known].some((arn) => arn.includes(`:${what}`))),
    ...ofCatalog,
  ];
}

async function withoutStack(inventory: Inventory, search: OrphanSearch): Promise<Orphan[]> {
  const [stacks, resources] = await Promise.all([inventory.stacks(), inventory.taggedResources()]);
  const alive = new Set(stacks);
  return resources.flatMap((resource) => {
    const kind = KINDS.find(([pattern]) => pattern.test(resource.arn));
    const why = kind && reasonOf(resource, alive, search);
    if (kind === undefined || why === undefined) return [];
    const [, name, monthlyCost] = kind;
    return [{ kind: name, what: resource.arn, why, ...(monthlyCost !== undefined && { monthlyCost }) }];
  });
}

function reasonOf({ tags }: TaggedResource, alive: Set<string>, search: OrphanSearch): string | undefined {
  const stack = tags[STACK_ID];
  if (stack === undefined) {
    const value = tags[search.tagKey];
    return value === undefined ? undefined : `no stack has made it; ${search.tagKey} is ${value}`;
  }
  const name = tags[STACK_NAME] ?? stack;
  if (alive.has(stack) || !name.startsWith(search.stackPrefix ?? '')) return undefined;
  return `its stack ${name} is gone`;
}

async function logsWithoutFunction(inventory: Inventory): Promise<Orphan[]> {
  const [groups, names] = await Promise.all([inventory.logGroups(FUNCTION_LOGS), inventory.functionNames()]);
  return groups
    .filter(({ name }) => !names.includes(name.slice(FUNCTION_LOGS.length)))
    .map(({ name, bytes }) => ({
      kind: 'log group',
      what: `log-group:${name}`,
      why: `there is no function ${name.slice(FUNCTION_LOGS.length)}`,
      monthlyCost: (bytes / GIGABYTE) * PRICES.logsGigabyte,
    }));
}

async function withoutTable(inventory: Inventory): Promise<Orphan[]> {
  const tables = await inventory.tables();
  const places = tables.flatMap((table) => placeOf(table) ?? []);
  const empty = await Promise.all(
    places.map(async ({ bucket, folder, table }) => {
      const { objects } = await inventory.contents(bucket, folder);
      return objects > 0
        ? []
        : [
            {
              kind: 'table',
              what: `${table.database}.${table.name}`,
              why: `nothing is at ${table.location ?? ''}`,
              monthlyCost: 0,
            },
          ];
    }),
  );
  const buckets = [...new Set(places.map(({ bucket }) => bucket))].sort();
  const folders = await Promise.all(
    buckets.map((bucket) =>
      strangers(
        inventory,
        bucket,
        '',
        places.filter((place) => place.bucket === bucket).map(({ folder }) => folder),
      ),
    ),
  );
  return [...empty.flat(), ...folders.flat()];
}

/** Folders that no table is in or below, from the outermost that is strange. */
async function strangers(
  inventory: Inventory,
  bucket: string,
  prefix: string,
  tables: readonly string[],
): Promise<Orphan[]> {
  const found = await Promise.all(
    (await inventory.folders(bucket, prefix)).map(async (folder) => {
      if (tables.some((table) => folder.startsWith(table))) return [];
      if (tables.some((table) => table.startsWith(folder)))
        return strangers(inventory, bucket, folder, tables);
      const { bytes, more } = await inventory.contents(bucket, folder);
      return [
        {
          kind: 'folder',
          what: `s3://${bucket}/${folder}`,
          why: `no table of the catalog is there${more ? '; at least this much' : ''}`,
          monthlyCost: (bytes / GIGABYTE) * PRICES.storageGigabyte,
        },
      ];
    }),
  );
  return found.flat();
}

function placeOf(
  table: CatalogTable,
): { readonly bucket: string; readonly folder: string; readonly table: CatalogTable } | undefined {
  const match = /^s3a?:\/\/([^/]+)\/(.+?)\/*$/.exec(table.location ?? '');
  return match === null ? undefined : { bucket: match[1], folder: `${match[2]}/`, table };
}
