import { parseArgs } from 'node:util';
import { objectIn } from '../lambda/pipeline/pii/personal-data-watch';
import { PiiFindingKind, PiiScan, type PiiFinding } from '../lambda/pipeline/pii/pii-scan';
import { classifiedColumns } from '../lib/contract/classified-columns';
import { EventFile } from '../lib/local/events/event-file';
import { CommandFailed } from './command-failed';
import { readContract } from './read-contract';
import { count, table } from './text-table';

const DEFAULT_RECORDS = 10_000;

/**
 * Looks for personal data in a sample of events and says what the contract misses. Ends with 1 when a column that holds
 * some is not classified, so that a pipeline can stop on it.
 */
export async function pii(args: string[]): Promise<void> {
  const { contract: file, events: path, records, json } = readArguments(args);
  const schema = readContract(file).schema();
  const scan = new PiiScan(classifiedColumns(schema));
  const events = EventFile.open(path);
  for await (const part of events.records()) {
    for (const { bytes } of part.slice(0, records - scan.records)) {
      const record = objectIn(Buffer.from(bytes).toString('utf8'));
      if (record) scan.add(record);
    }
    if (scan.records >= records) break;
  }
  const { findings } = scan;
  const missed = findings.filter(({ finding }) => finding === PiiFindingKind.UNCLASSIFIED);
  process.stdout.write(
    json ? `${JSON.stringify({ records: scan.records, findings }, undefined, 2)}\n` : report(scan, findings),
  );
  if (missed.length > 0)
    throw new CommandFailed(
      `${schema.name}: ${missed.map(({ column }) => column).join(', ')} ${missed.length === 1 ? 'holds' : 'hold'} personal data and ` +
        `${missed.length === 1 ? 'is' : 'are'} not classified. Classify in ${file}.`,
      1,
    );
}

function report({ records }: PiiScan, findings: readonly PiiFinding[]): string {
  const rows = findings.map(({ finding, column, inContract, classification, values, kinds, example }) => [
    finding,
    column,
    inContract ? (classification ?? 'not classified') : 'not in the contract',
    Object.entries(kinds)
      .map(([kind, times]) => `${kind} in ${count(times)} of ${count(values)}`)
      .join(', '),
    example ?? '',
  ]);
  const found =
    rows.length > 0 ? `${table(['finding', 'column', 'contract', 'found', 'shape'], rows)}\n` : '';
  return `${found}${count(records)} records looked at. Shapes show letters as x and digits as 9.\n`;
}

interface PiiArguments {
  readonly contract: string;
  readonly events: string;
  readonly records: number;
  readonly json: boolean;
}

function readArguments(args: string[]): PiiArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        contract: { type: 'string' },
        events: { type: 'string' },
        records: { type: 'string', default: String(DEFAULT_RECORDS) },
        json: { type: 'boolean', default: false },
      },
    });
    const { contract, events, records, json } = values;
    if (contract === undefined || events === undefined)
      throw new Error('pii needs --contract FILE and --events FILE');
    if (!/^[1-9]\d{0,8}$/.test(records))
      throw new Error(`--records is "${records}". Allowed: a whole number from 1`);
    return { contract, events, records: Number(records), json };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse pii --help`);
  }
}
