import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CopiedTable, INSTALL_DUCKDB, ProvisioningFailed, UnusableInput, runOnLaptop } from '../lib/local';
import type { DataContract } from '../lib/contract';
import type { FileInput, LaptopRunResult, ProductInput } from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';
import { exampleProducts } from './example-products';
import type { ExampleProduct } from './example-products';
import { personalDataSample } from './personal-data-sample';
import { progressOn } from './progress';
import { readContract } from './read-contract';
import { resultTable } from './result-table';
import type { SynthesisOptions } from './synthesize';
import { transformArguments, type TransformArguments, type TransformValues } from './transform-arguments';

interface RunArguments {
  readonly products: ExampleProduct[];
  readonly out: string;
  /** The examples, which show more than events coming in. */
  readonly demonstrates: boolean;
  readonly transform?: TransformArguments;
  /** Field that an event is known by. */
  readonly eventId?: string;
}

/** Synthesizes the reference stack for the contracts, runs it on this machine and prints what became of the events. */
export async function run(args: string[]): Promise<void> {
  const demanded = readArguments(args);
  const { out } = demanded;
  const lock = lockDirectory(out);
  try {
    const result = await runLocked(demanded);
    process.stdout.write(resultTable(result.reports));
    if (!result.hasSql) {
      process.stdout.write(`\nNo SQL answers: DuckDB is not installed (${INSTALL_DUCKDB}).\n`);
    }
    process.stdout.write(
      `\nTables   ${out}\nReport   ${result.reportFile}\nSummary  ${result.summaryFile}\n`,
    );
    const failures = result.reports.flatMap(({ summary }) =>
      summary.failure === undefined ? [] : [`${summary.product}: ${summary.failure}`],
    );
    if (failures.length > 0) {
      throw new CommandFailed(
        `${failures.join('\n')}\nNothing after it was skipped: run again once its cause is mended.`,
        1,
      );
    }
  } finally {
    lock.release();
  }
}

async function runLocked({
  products,
  out,
  demonstrates,
  transform,
  eventId,
}: RunArguments): Promise<LaptopRunResult> {
  const state = join(out, '.lakehouse');
  const assembly = join(state, 'cdk.out');
  const contractsOf = (fedByFiles: boolean): DataContract[] =>
    products.filter(({ input }) => 'files' in input === fedByFiles).map(({ input }) => input.contract);
  await synthesize(contractsOf(false), assembly, {
    transform,
    eventId,
    fileContracts: contractsOf(true),
    gold: products.flatMap(({ gold }) => gold),
    personalDataSample: personalDataSample(
      products.map(({ input }) => ('files' in input ? input.files : input.events)),
    ),
  });
  const inputs: (ProductInput | FileInput)[] = [];
  for (const { input, before } of products) {
    const directory = join(state, `cdk.out.${input.contract.schema().tableName}-before`);
    if (before) await synthesize([before], directory);
    inputs.push({ ...input, ...(before && { change: { assembly: directory, before } }) });
  }
  const progress = progressOn(process.stderr);
  try {
    return await runOnLaptop({ assembly, out, products: inputs, compacts: demonstrates, progress });
  } catch (error) {
    if ([UnusableInput, ProvisioningFailed, CopiedTable].some((known) => error instanceof known)) {
      throw CommandFailed.usage((error as Error).message);
    }
    throw error;
  } finally {
    progress.end();
  }
}

async function synthesize(
  contracts: DataContract[],
  directory: string,
  options: SynthesisOptions = {},
): Promise<void> {
  const { synthesizeReference } = await loadSynthesis();
  try {
    synthesizeReference(contracts, directory, options);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    const fault = systemFault(error);
    if (fault) throw new CommandFailed(`The app could not be synthesized: ${fault.message}`, 1);
    // The stack is always the same: what it refuses is in the contract, or in what was asked for beside it.
    if (options.transform !== undefined || options.eventId !== undefined)
      throw CommandFailed.usage((error as Error).message);
    throw CommandFailed.usage(`The contract cannot be deployed: ${(error as Error).message}`);
  }
}

/** The fault of the file system that an error is, or was caused by: a full disk says nothing about a contract. */
function systemFault(error: unknown): NodeJS.ErrnoException | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const fault: NodeJS.ErrnoException = cause;
    if (fault.syscall !== undefined) return fault;
  }
  return undefined;
}

async function loadSynthesis(): Promise<typeof import('./synthesize')> {
  try {
    return await import('./synthesize');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new CommandFailed(
      'The AWS CDK is not installed. Install it: npm install aws-cdk-lib constructs',
      1,
    );
  }
}

function readArguments(args: string[]): RunArguments {
  const values = parse(args);
  const { contract, events, files, out, full, 'event-id': eventId } = values;
  const transform = transformArguments(values);
  const directory = resolve(out ?? 'lakehouse-out');
  if (contract === undefined && events === undefined && files === undefined) {
    if (transform !== undefined)
      throw CommandFailed.usage('--transform needs --contract FILE: what its rows are to be');
    if (eventId !== undefined)
      throw CommandFailed.usage('--event-id needs --contract FILE: what the events are to be');
    return { products: exampleProducts(directory, full ?? false), out: directory, demonstrates: true };
  }
  if (events !== undefined && files !== undefined)
    throw CommandFailed.usage('--events and --files are two ways to feed a product: give one of them');
  if (contract === undefined)
    throw CommandFailed.usage(
      `--${files === undefined ? 'events' : 'files'} needs --contract FILE: what the events are to be`,
    );
  if (files !== undefined) {
    if (full) throw CommandFailed.usage('--full is for the examples: leave out --contract and --files');
    if (transform !== undefined || eventId !== undefined)
      throw CommandFailed.usage(
        '--transform and --event-id are for products of events: leave them out with --files',
      );
    const input = { contract: readContract(contract), files: resolve(files) };
    return { products: [{ input, gold: [] }], out: directory, demonstrates: false };
  }
  if (events === undefined) throw CommandFailed.usage('--contract needs --events FILE: what is to be read');
  if (full) throw CommandFailed.usage('--full is for the examples: leave out --contract and --events');
  const input = { contract: readContract(contract), events };
  return { products: [{ input, gold: [] }], out: directory, demonstrates: false, transform, eventId };
}

interface RunValues extends TransformValues {
  readonly contract?: string;
  readonly events?: string;
  readonly files?: string;
  readonly out?: string;
  readonly full?: boolean;
  readonly 'event-id'?: string;
}

function parse(args: string[]): RunValues {
  try {
    const { values } = parseArgs({
      args,
      options: {
        contract: { type: 'string' },
        events: { type: 'string' },
        files: { type: 'string' },
        out: { type: 'string' },
        full: { type: 'boolean' },
        'event-id': { type: 'string' },
        transform: { type: 'string' },
        'input-contract': { type: 'string' },
        lookup: { type: 'string', multiple: true },
      },
    });
    const empty = Object.entries(values).find(([, value]) => value === '');
    if (empty) throw new Error(`--${empty[0]} has no value`);
    return values;
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse run --help`);
  }
}
