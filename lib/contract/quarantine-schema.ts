import { fixedSchema } from './fixed-schema';
import type { IcebergSchema } from './iceberg-types';

/** The quarantine table's columns: a rejected record whole, where it came from, and why it was rejected. */
export function quarantineSchema(): IcebergSchema {
  return fixedSchema([
    ['_lane', 'string', true, 'Where the record came from'],
    ['_position', 'string', true, 'Position within the lane, a decimal integer'],
    ['_arrived_at', 'timestamptz', true, 'When the source received the record'],
    ['partition_key', 'string', false, 'Partition key the producer gave'],
    ['payload', 'binary', true, 'The record, whole'],
    [
      'payload_encoding',
      'string',
      true,
      'bytes; base64-text where the base64 itself is broken; row: JSON of a row of bronze or silver',
    ],
    ['reason_code', 'string', true, 'Why the record was rejected, one of a small fixed set'],
    ['reason_path', 'string', false, 'Path of the field at fault; null where the whole record is'],
    ['reason', 'string', true, 'Why the record was rejected, one sentence'],
    ['contract_id', 'string', true, 'Contract the record was checked against'],
    ['contract_version', 'string', true, 'Version of that contract'],
    ['quarantined_at', 'timestamptz', true, 'When the record was rejected'],
  ]);
}
