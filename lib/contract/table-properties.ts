/** How the columns of Parquet files are compressed; the names are Iceberg's. */
export enum ParquetCompression {
  SNAPPY = 'snappy',
  ZSTD = 'zstd',
  GZIP = 'gzip',
  UNCOMPRESSED = 'uncompressed',
}

const COMPRESSION_PROPERTY = 'write.parquet.compression-codec';

/** What writers here look at, and what they take there. Other properties are for other engines to understand. */
const ALLOWED: { readonly [property: string]: { readonly values: RegExp; readonly allowed: string } } = {
  [COMPRESSION_PROPERTY]: {
    values: new RegExp(`^(${Object.values(ParquetCompression).join('|')})$`, 'i'),
    allowed: Object.values(ParquetCompression).join(', '),
  },
  'write.format.default': { values: /^parquet$/i, allowed: 'parquet' },
  'write.target-file-size-bytes': atLeast(1),
  'write.metadata.delete-after-commit.enabled': { values: /^(true|false)$/, allowed: 'true, false' },
  'write.metadata.previous-versions-max': atLeast(1),
  'commit.retry.num-retries': atLeast(0),
  'commit.manifest.min-count-to-merge': atLeast(1),
};

/**
 * Refuses values that writers could not follow.
 * @throws Error naming the table, the property, its value and what is allowed
 */
export function validateTableProperties(
  table: string,
  properties: { readonly [name: string]: string } = {},
): void {
  for (const [name, value] of Object.entries(properties)) {
    if (!Object.hasOwn(ALLOWED, name)) continue;
    const { values, allowed } = ALLOWED[name];
    if (!values.test(value))
      throw new Error(`Property ${name} of ${table} is "${value}". Allowed: ${allowed}.`);
  }
}

/**
 * How to compress what is written to a table. Another engine may have set what is not written here; readers look into
 * each file for how to read it, so that Snappy is as good.
 */
export function parquetCompression(table: {
  property?(name: string): string | undefined;
}): ParquetCompression {
  const wanted = table.property?.(COMPRESSION_PROPERTY)?.toLowerCase();
  return (
    Object.values(ParquetCompression).find((compression) => compression === wanted) ??
    ParquetCompression.SNAPPY
  );
}

function atLeast(least: 0 | 1) {
  const values = least === 0 ? /^\d{1,15}$/ : /^0*[1-9]\d{0,14}$/;
  return { values, allowed: `a whole number of at least ${least}` };
}
