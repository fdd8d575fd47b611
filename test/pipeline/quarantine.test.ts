import { quarantineRows } from '../../lambda/pipeline/quarantine';
import { RejectionCode } from '../../lambda/pipeline/record';
import { quarantineSchema } from '../../lib/contract/quarantine-schema';
import { record } from './in-memory-lake';

const contract = { contractId: 'orders', contractVersion: '2.1.0' };

function row(data: string, code = RejectionCode.WRONG_TYPE, key?: string): Record<string, unknown> {
  const rejection = { code, path: 'a.b', message: 'a.b is wrong' };
  return quarantineRows([{ record: { ...record(7), data, key }, rejection }], contract, 1_700_000_001_000)[0];
}

test('a row has every column of the quarantine table and no other', () => {
  expect(Object.keys(row('e30=')).sort()).toEqual(
    quarantineSchema()
      .fields.map(({ name }) => name)
      .sort(),
  );
});

test('a row says where the record came from, when, and what was wrong with it', () => {
  expect(row('e30=', RejectionCode.WRONG_TYPE, 'customer-1')).toEqual({
    _lane: 'orders/shard-0',
    _position: '7',
    _arrived_at: 1_699_999_999_000_000n,
    partition_key: 'customer-1',
    payload: Buffer.from('{}'),
    payload_encoding: 'bytes',
    reason_code: 'wrong-type',
    reason_path: 'a.b',
    reason: 'a.b is wrong',
    contract_id: 'orders',
    contract_version: '2.1.0',
    quarantined_at: 1_700_000_001_000_000n,
  });
});

test.each([
  ['any bytes', Buffer.from([0, 255, 195, 40]).toString('base64'), Buffer.from([0, 255, 195, 40])],
  ['nothing', '', Buffer.alloc(0)],
])('the payload is the bytes of %s', (_title, data, bytes) => {
  expect(row(data)).toMatchObject({ payload: bytes, payload_encoding: 'bytes' });
});

test.each([
  ['broken', 'e3*0=', RejectionCode.INVALID_BASE64],
  ['cut off', 'e30', RejectionCode.INVALID_BASE64],
  // Node would decode it, and the way back would give other text.
  ['decoded only by leaving something out', 'e3 0=', RejectionCode.INTERNAL_ERROR],
])('the payload is the text as received where the base64 is %s', (_title, data, code) => {
  expect(row(data, code)).toMatchObject({ payload: Buffer.from(data), payload_encoding: 'base64-text' });
});
