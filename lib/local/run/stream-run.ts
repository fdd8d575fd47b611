import type { DataContract } from '../../contract';
import { csvKinds, fileColumns } from '../../contract/file-columns';
import { EventFile } from '../events/event-file';
import type { Inspection } from '../events/event-file';
import type { ContractChange } from './contract-change';
import { runPipeline } from './pipeline-run';
import type { RowRange } from './pipeline-run';
import type { Pipeline } from './pipeline';
import { ProductRun } from './product-run';
import type { ProductRunOptions } from './product-run';
import { gatesOf } from './quality-gates';
import type { Source, SourceLedger } from './source-ledger';
import type { SqlQuestion } from './sql-answers';
import { contentsOf } from './table-contents';
import type { TableContents } from './table-contents';

/** A product that is fed by a stream, here from a file. */
export interface ProductInput {
  readonly contract: DataContract;
  /** File of events. */
  readonly events: string;
  /** Asked of the tables at the end, after what can be asked of any product. */
  readonly questions?: readonly SqlQuestion[];
  /** The contract that the first half of the events comes under. @default - there is only the one */
  readonly change?: ContractChange;
}

/** Events that are known to be usable: nothing is provisioned or written before every input is. */
export interface CheckedInput {
  readonly input: ProductInput;
  readonly events: EventFile;
  readonly inspection: Inspection;
}

export async function checkInput(
  input: ProductInput,
  stream: string,
  ledger: SourceLedger,
): Promise<CheckedInput> {
  gatesOf(input.contract);
  const events = EventFile.open(input.events, { csvKind: csvKinds(fileColumns(input.contract.schema())) });
  const inspection = await events.inspect(ledger.boundaries(stream, events.path));
  return { input, events, inspection };
}

export interface StreamRunOptions extends Omit<ProductRunOptions, 'contract' | 'questions'> {
  readonly checked: CheckedInput;
  readonly pipeline: Pipeline;
  readonly ledger: SourceLedger;
}

/** A product whose events go through a stream. */
export class StreamRun extends ProductRun {
  static async start(options: StreamRunOptions): Promise<StreamRun> {
    const { checked, pipeline, ledger } = options;
    const { events, inspection } = checked;
    const { path, bytes } = events;
    const source = await ledger.identify(
      pipeline.stream.name,
      { path, bytes, rows: inspection.rows, sha256: inspection.sha256, prefixes: inspection.prefixes },
      pipeline.shards,
    );
    return new StreamRun(options, source, await contentsOf(pipeline.tables));
  }

  protected readonly source: string;
  protected readonly dataset: string;
  private next = 0;

  private constructor(
    private readonly options: StreamRunOptions,
    private readonly lanes: Source,
    before: readonly TableContents[],
  ) {
    const { contract, questions } = options.checked.input;
    super({ ...options, contract, questions }, before);
    this.source = options.checked.events.path;
    this.dataset = `stream/${options.pipeline.stream.name}`;
  }

  /**
   * Puts events into the stream and waits until its function is done with them: some rows, or all that are left. A
   * failure before keeps them out.
   */
  async feed(some?: RowRange, pipeline = this.options.pipeline): Promise<void> {
    if (this.hasFailed) return;
    const { checked, stateDirectory, metrics, progress } = this.options;
    const { events, inspection } = checked;
    const rows = some ?? { from: this.next, to: inspection.rows };
    this.next = rows.to;
    const result = await runPipeline({
      pipeline,
      events,
      inspection,
      source: this.lanes,
      rows,
      metrics,
      latency: this.latency,
      stateDirectory,
      progress: (records, total) => progress.delivered(pipeline.product, records, total),
    });
    this.add(result);
    if (result.failure) this.fail(result.failure.message);
  }

  close(): void {
    this.options.checked.events.close();
  }
}
