/** Name that statements know the Glue Data Catalog by, in Spark. */
export const SPARK_CATALOG = 'lakehouse';

/** Iceberg over the Glue Data Catalog; casts that lose something fail, as they do in the other engines. */
export const ICEBERG_SETTINGS: { readonly [name: string]: string } = {
  'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
  [`spark.sql.catalog.${SPARK_CATALOG}`]: 'org.apache.iceberg.spark.SparkCatalog',
  [`spark.sql.catalog.${SPARK_CATALOG}.catalog-impl`]: 'org.apache.iceberg.aws.glue.GlueCatalog',
  [`spark.sql.catalog.${SPARK_CATALOG}.io-impl`]: 'org.apache.iceberg.aws.s3.S3FileIO',
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.ansi.enabled': 'true',
};

/** Settings as spark-submit takes them: `--conf <name>=<value>`, one after another. */
export function sparkSubmitOptions(settings: { readonly [name: string]: string }): string {
  return Object.entries(settings)
    .map(([name, value]) => `--conf ${name}=${value}`)
    .join(' ');
}
