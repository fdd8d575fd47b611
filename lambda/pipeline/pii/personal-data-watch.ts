import type { ClassifiedColumn } from '../../../lib/contract/classified-columns';
import { parseRecord } from '../../formats/json/record-numbers';
import { RecordDecoder } from '../encoding/decode-record';
import type { SourceRecord } from '../record';
import { type PiiFinding, PiiFindingKind, PiiScan } from './pii-scan';

/** What a sample of a batch showed. */
export interface PersonalDataSighting {
  /** Records that were looked at. */
  readonly looked: number;
  /** Values among them that show personal data in columns the contract does not classify, or calls public. */
  readonly values: number;
  readonly findings: readonly PiiFinding[];
}

/** Looks at every so-and-so-many-th record for personal data that the contract does not know of. */
export class PersonalDataWatch {
  private readonly every: number;
  private readonly decoder = new RecordDecoder();
  private seen = 0;

  /**
   * @param columns those of the contract
   * @param sampleRate share of the records that are looked at, above 0, up to 1
   */
  constructor(
    private readonly columns: readonly ClassifiedColumn[],
    sampleRate: number,
  ) {
    this.every = Math.max(1, Math.round(1 / sampleRate));
  }

  /** The first record of a container is always looked at. Never throws over what a record holds. */
  look(records: readonly SourceRecord[]): PersonalDataSighting {
    const scan = new PiiScan(this.columns);
    for (const { data } of records) {
      if (this.seen++ % this.every !== 0) continue;
      const record = this.decoder.decode(data) === undefined ? objectIn(this.decoder.decoded) : undefined;
      if (record) scan.add(record);
    }
    const findings = scan.findings.filter(({ finding }) => finding === PiiFindingKind.UNCLASSIFIED);
    return { looked: scan.records, values: findings.reduce((sum, { shown }) => sum + shown, 0), findings };
  }
}

/** Undefined for what is no object: ingestion quarantines it. */
export function objectIn(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value = parseRecord(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as { readonly [name: string]: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}
