import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';
import type { DataContract } from '../../contract';
import type { ServiceEvent } from '../messaging/event-router';
import type { EventFlow } from './event-flow';
import type { FileReport } from './file-report';
import type { FilePipeline } from './pipeline';
import { ProductRun } from './product-run';
import type { ProductRunOptions } from './product-run';
import { gatesOf } from './quality-gates';
import type { SqlQuestion } from './sql-answers';
import { contentsOf } from './table-contents';
import type { TableContents } from './table-contents';

/** A product that is fed by files. */
export interface FileInput {
  readonly contract: DataContract;
  /** Directory whose files are put into the folder they are taken from, with those that are there already. */
  readonly files: string;
  /** Asked of the tables at the end, after what can be asked of any product. */
  readonly questions?: readonly SqlQuestion[];
  /**
   * Whether the first file is told of twice, as S3 may do.
   * @default false
   */
  readonly repeats?: boolean;
}

/** @throws UnusableInput where there is no such directory */
export function checkFiles({ contract, files }: FileInput): void {
  gatesOf(contract);
  if (!existsSync(files) || !statSync(files).isDirectory())
    throw new UnusableInput(files, 'there is no such directory of files');
}

export interface FileRunOptions extends Omit<ProductRunOptions, 'contract' | 'questions'> {
  readonly input: FileInput;
  readonly pipeline: FilePipeline;
  /** Directory that stands for the bucket. */
  readonly bucket: string;
}

/** A product whose records come in files: each is told of by an event of S3, and the app does the rest. */
export class FileRun extends ProductRun {
  static async start(options: FileRunOptions): Promise<FileRun> {
    return new FileRun(options, await contentsOf(options.pipeline.tables));
  }

  protected readonly source: string;
  protected readonly dataset: string;
  private reports: readonly FileReport[] = [];

  private constructor(
    private readonly options: FileRunOptions,
    before: readonly TableContents[],
  ) {
    const { input, bucket, pipeline } = options;
    const { contract, questions } = input;
    super({ ...options, contract, questions }, before);
    this.source = join(bucket, pipeline.prefix);
    this.dataset = `bucket/${pipeline.bucket.name}/${pipeline.prefix}`;
  }

  protected override get files(): readonly FileReport[] {
    return this.reports;
  }

  /**
   * Lets the files arrive, and waits until nothing is left to do with them. Every file in the folder is told of in every
   * run: one that is in the tables stays in them once.
   */
  async feed(flow: EventFlow): Promise<void> {
    const { input, bucket, pipeline } = this.options;
    for (const file of filesIn(input.files)) land(join(input.files, file), join(this.source, file));
    const keys = filesIn(this.source).map((file) => `${pipeline.prefix}${file}`);
    const told = input.repeats === true ? [...keys, ...keys.slice(0, 1)] : keys;
    const [lines, batches, invocations] = [flow.fileLines, flow.fileBatches, flow.invocations].map(
      ({ length }) => length,
    );
    const arrived = Date.now();
    for (const key of told) flow.publish(objectCreated(pipeline, bucket, key));
    await flow.settle();

    const own = flow.fileLines.slice(lines).filter(({ product }) => product === this.product);
    const beginning = `file://${bucket}/`;
    const reports = new Map<string, FileReport>();
    for (const { file, state, records, reason, at } of own) {
      const key = file.replace(beginning, '');
      const known = reports.get(key);
      // Told of a second time, it is what it became the first time.
      const first = known && state === 'already done' ? known : { file: key, state, records, reason };
      reports.set(key, { ...first, told: (known?.told ?? 0) + 1 });
      if (state === 'done') this.latency.add(at - arrived);
    }
    this.reports = [...reports.values()];
    for (const { product, reasons, leftOut, drift, personalData } of flow.fileBatches.slice(batches)) {
      if (product === this.product) this.add({ read: 0, seconds: 0, reasons, leftOut, drift, personalData });
    }
    this.add({
      read: this.reports.reduce((sum, { records }) => sum + records, 0),
      seconds: flow.invocations
        .slice(invocations)
        .filter(({ path }) => path === pipeline.function.path)
        .reduce((sum, { seconds }) => sum + seconds, 0),
      reasons: {},
    });
  }

  close(): void {
    // Nothing is open.
  }
}

/** As S3 tells EventBridge of an object somebody put. */
function objectCreated(
  { bucket: { name, arn } }: FilePipeline,
  directory: string,
  key: string,
): ServiceEvent {
  const content = readFileSync(join(directory, key));
  return {
    source: 'aws.s3',
    detailType: 'Object Created',
    resources: [arn],
    detail: {
      version: '0',
      bucket: { name },
      object: { key, size: content.length, etag: createHash('md5').update(content).digest('hex') },
      reason: 'PutObject',
    },
    time: Date.now(),
  };
}

/** Names of the files below a directory, with slashes between; none that is hidden. */
function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !basename(name).startsWith('.') && statSync(join(directory, name)).isFile())
    .map((name) => name.split(sep).join('/'))
    .sort();
}

function land(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
