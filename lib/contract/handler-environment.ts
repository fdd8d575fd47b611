/**
 * What a construct tells a handler. Constructs write these variables, `lambda/configuration` reads them:
 * this list is the whole interface between the two.
 *
 * A table is a URI: `glue://<database>/<table>` (Glue Data Catalog), `s3://<bucket>/<prefix>` (metadata swapped
 * by conditional put) or `file:///<directory>` (a directory catalog).
 */
export const HANDLER_ENVIRONMENT = {
  /** URI of the table accepted records are appended to. */
  bronzeTable: 'LAKEHOUSE_BRONZE_TABLE',
  /** URI of the table that holds the latest row of each key. */
  silverTable: 'LAKEHOUSE_SILVER_TABLE',
  /** URI of the table of keys whose rows were deleted; set where the contract marks deletions. */
  tombstonesTable: 'LAKEHOUSE_TOMBSTONES_TABLE',
  /**
   * URI of the table the results of quality gates are kept in; where it is not set they are metrics only. Of a transform's
   * inputs: `_0`, `_1` and so on follow it, as with `inputTable`.
   */
  qualityTable: 'LAKEHOUSE_QUALITY_TABLE',
  /** Table the profiles of another's columns are kept in. */
  profileTable: 'LAKEHOUSE_PROFILE_TABLE',
  /** The one request a container is to do, as JSON; where it is set, the container ends with it. */
  task: 'LAKEHOUSE_TASK',
  /** URL of the queue of a container that takes over what is too large for a function. */
  taskQueue: 'LAKEHOUSE_TASK_QUEUE',
  /** Seconds without a message after which a container ends by itself. */
  idleSeconds: 'LAKEHOUSE_IDLE_SECONDS',
  /** Bytes a function reads for one increment at the most; larger ones go to the task queue. */
  maxIncrementBytes: 'LAKEHOUSE_MAX_INCREMENT_BYTES',
  /** Memory a container's SQL engine may use, MiB. */
  engineMemory: 'LAKEHOUSE_ENGINE_MEMORY',
  /** Engine that runs SQL: `athena`, `duckdb`, `emr` or `glue`. */
  sqlEngine: 'LAKEHOUSE_SQL_ENGINE',
  /** URI of the table a transform writes. */
  goldTable: 'LAKEHOUSE_GOLD_TABLE',
  /** Start of the names of the variables that hold the URIs of a transform's inputs: `_0`, `_1` and so on follow it. */
  inputTable: 'LAKEHOUSE_INPUT_TABLE',
  /** Athena workgroup that statements run in. */
  athenaWorkgroup: 'LAKEHOUSE_ATHENA_WORKGROUP',
  /** Id of the EMR Serverless application that statements run in. */
  emrApplication: 'LAKEHOUSE_EMR_APPLICATION',
  /** ARN of the role its jobs run with. */
  emrRole: 'LAKEHOUSE_EMR_ROLE',
  /** `s3://` URI of the script its jobs run. */
  emrScript: 'LAKEHOUSE_EMR_SCRIPT',
  /** `s3://` URI of the folder for statements and answers of its jobs. */
  emrWorkspace: 'LAKEHOUSE_EMR_WORKSPACE',
  /** Spark's own settings for its jobs, as one line. */
  emrSettings: 'LAKEHOUSE_EMR_SETTINGS',
  /** Name of the Glue job that statements are runs of. */
  glueJob: 'LAKEHOUSE_GLUE_JOB',
  /** `s3://` URI of the folder for statements and answers of its runs. */
  glueWorkspace: 'LAKEHOUSE_GLUE_WORKSPACE',
  /** URI of the table rejected records are appended to. */
  quarantineTable: 'LAKEHOUSE_QUARANTINE_TABLE',
  /** URI of the folder, with a slash at its end, that says which files are done. */
  fileLedger: 'LAKEHOUSE_FILE_LEDGER',
  /** URI of the folder files arrive in, by which lineage names them. */
  fileFolder: 'LAKEHOUSE_FILE_FOLDER',
  /** How the header of a file is held against the contract: a `HeaderCheck`; `exact` where it is not set. */
  headerCheck: 'LAKEHOUSE_HEADER_CHECK',
  /** What becomes of a file that is done: JSON of a `DispositionSettings`; nothing where it is not set. */
  disposition: 'LAKEHOUSE_DISPOSITION',
  /** URL of the queue of a function that takes files in, for those it has no time to end. */
  fileQueue: 'LAKEHOUSE_FILE_QUEUE',
  /** Bytes of the largest file a function takes; larger ones go to the task queue. */
  maxFileBytes: 'LAKEHOUSE_MAX_FILE_BYTES',
  /** URL of the queue that files are handed over to; where it is set, an ingestion function commits nothing itself. */
  commitQueue: 'LAKEHOUSE_COMMIT_QUEUE',
  /** URL of the queue for commit requests that cannot be committed. */
  commitDeadLetters: 'LAKEHOUSE_COMMIT_DEAD_LETTERS',
  /** Deliveries after which a commit request is set aside untried; 200 where it is not set. */
  commitDeliveries: 'LAKEHOUSE_COMMIT_DELIVERIES',
  /** Bearer token for tables of a REST catalog. */
  catalogToken: 'LAKEHOUSE_CATALOG_TOKEN',
  /** `<client id>:<client secret>` for tables of a REST catalog, exchanged for a token. */
  catalogCredential: 'LAKEHOUSE_CATALOG_CREDENTIAL',
  /** Token endpoint of a REST catalog; where it is not set, the catalog's own. */
  catalogTokenUri: 'LAKEHOUSE_CATALOG_TOKEN_URI',
  /** Scope of the token; `catalog` where it is not set. */
  catalogScope: 'LAKEHOUSE_CATALOG_SCOPE',
  /** What becomes of a batch with rejected records: a `RejectionHandling`; `quarantine` where it is not set. */
  rejections: 'LAKEHOUSE_REJECTIONS',
  /** Which events are to be taken once: JSON of a `DeduplicationSettings` (deduplication-settings.ts). */
  deduplication: 'LAKEHOUSE_DEDUPLICATION',
  /**
   * Share of the records that are looked at for personal data the contract does not know of, above 0, up to 1; none where it
   * is not set.
   */
  personalDataSample: 'LAKEHOUSE_PERSONAL_DATA_SAMPLE',
  /** The user's own code beside the bundle: JSON of a `TransformSettings` (transform-settings.ts). */
  transform: 'LAKEHOUSE_TRANSFORM',
  /** What that code may look up: JSON, name → `LookupSettings` (transform-settings.ts). */
  lookups: 'LAKEHOUSE_LOOKUPS',
  /**
   * Where events of lineage go: `s3://<bucket>/<prefix>`, `gs://…`, `abfss://…`, `file:///<directory>`, or the URL of an
   * endpoint that takes events of OpenLineage. Not set: none are told.
   */
  lineage: 'LAKEHOUSE_LINEAGE',
  /** What the events say besides: JSON of a `LineageSettings` (lineage/lineage-settings.ts). */
  lineageSettings: 'LAKEHOUSE_LINEAGE_SETTINGS',
  /**
   * Where the columns of silver are masked (`masks.mjs` beside the bundle): the secret whose text is the key, by its ARN;
   * empty where no mask needs one.
   */
  maskingKey: 'LAKEHOUSE_MASKING_KEY',
  /** What subjects are erased from: JSON, a list of the URIs of tables, sources before what is made from them. */
  erasureTables: 'LAKEHOUSE_ERASURE_TABLES',
  /** Folder that the records of erasures go to: `s3://<bucket>/<prefix>`, or a directory as `file:///<directory>`. */
  erasureRecords: 'LAKEHOUSE_ERASURE_RECORDS',
  /** Secrets whose texts are the keys that those tables were masked with: JSON, a list of their ARNs. */
  maskingKeys: 'LAKEHOUSE_MASKING_KEYS',
  /** Which indexes are snapshotted, where to, and how long for: JSON of an `IndexSnapshotSettings` (index-snapshot-settings.ts). */
  indexSnapshots: 'LAKEHOUSE_INDEX_SNAPSHOTS',
  /** ARN of the Kinesis stream that webhooks are put on. */
  stream: 'LAKEHOUSE_STREAM',
  /** How webhooks are received: JSON of a `WebhookSettings` (webhook-settings.ts). */
  webhook: 'LAKEHOUSE_WEBHOOK',
  /** Name of the data product: the dimension of every metric and a field of every log line. */
  product: 'LAKEHOUSE_PRODUCT',
  /** CloudWatch namespace of the metrics. */
  metricNamespace: 'LAKEHOUSE_METRIC_NAMESPACE',
} as const;

/** File name, beside the bundle, of the code compiled from the contract. */
export const COMPILED_CONTRACT_FILE = 'contract.mjs';

/** File name, beside the bundle, of the columns that files are to have by the contract. */
export const FILE_COLUMNS_FILE = 'file-columns.mjs';

/** File name, beside the bundle, of the columns' classifications; there where the environment has `personalDataSample`. */
export const CLASSIFIED_COLUMNS_FILE = 'classified-columns.mjs';

/** File name, beside the bundle, of the user's own code; there where the environment has `transform`. */
export const TRANSFORM_FILE = 'transform.mjs';

/** File name, beside the bundle, of the code compiled from the contract of what goes into a transform. */
export const INPUT_CONTRACT_FILE = 'input-contract.mjs';

/** File name, beside the bundle, of the masks of silver's columns; there where the environment has `maskingKey`. */
export const MASKS_FILE = 'masks.mjs';

/** Names of the bundles that also run in containers, beside the program under `dist/containers`. */
export const CONTAINERS = ['silver-refine', 'sql-transform', 'file-ingest'] as const;

/** Names of the handler bundles this package ships under `dist/handlers`. */
export const BUNDLES = {
  kinesisIngest: 'kinesis-ingest',
  /** The same for those who have a transform or deduplication: with the clients they need. */
  kinesisTransform: 'kinesis-transform',
  /** Files that arrive in a bucket. */
  fileIngest: 'file-ingest',
  silverRefine: 'silver-refine',
  tableProvision: 'table-provision',
  tableMaintenance: 'table-maintenance',
  tableFailover: 'table-failover',
  partitionArchival: 'partition-archival',
  subjectErasure: 'subject-erasure',
  sqlTransform: 'sql-transform',
  tableCommit: 'table-commit',
  tableGate: 'table-gate',
  webhookReceive: 'webhook-receive',
  indexSnapshot: 'index-snapshot',
} as const;
