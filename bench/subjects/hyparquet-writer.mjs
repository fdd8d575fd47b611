// The best of the libraries written in JavaScript, with the same schema and the same Snappy; no validation, no
// technical columns.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { snappyCompressor } from 'hysnappy';

const COLUMNS = [
  'event_id',
  'event_type',
  'user_id',
  'session_id',
  'ts',
  'received_at',
  'url',
  'referrer',
  'duration_ms',
  'scroll_pct',
  'price',
  'device',
  'tags',
];

const field = (name, type, repetition_type, more) => ({ name, type, repetition_type, ...more });
const text = (name, repetition) =>
  field(name, 'BYTE_ARRAY', repetition, { converted_type: 'UTF8', logical_type: { type: 'STRING' } });
const timestamp = (name) =>
  field(name, 'INT64', 'REQUIRED', {
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  });
const SCHEMA = [
  { name: 'root', num_children: COLUMNS.length },
  text('event_id', 'REQUIRED'),
  text('event_type', 'REQUIRED'),
  field('user_id', 'INT64', 'REQUIRED'),
  text('session_id', 'REQUIRED'),
  timestamp('ts'),
  timestamp('received_at'),
  text('url', 'OPTIONAL'),
  text('referrer', 'OPTIONAL'),
  field('duration_ms', 'INT32', 'OPTIONAL'),
  field('scroll_pct', 'DOUBLE', 'OPTIONAL'),
  field('price', 'DOUBLE', 'OPTIONAL'),
  { name: 'device', num_children: 4, repetition_type: 'OPTIONAL' },
  text('os', 'OPTIONAL'),
  text('browser', 'OPTIONAL'),
  field('width', 'INT32', 'OPTIONAL'),
  field('height', 'INT32', 'OPTIONAL'),
  {
    name: 'tags',
    num_children: 1,
    repetition_type: 'OPTIONAL',
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
  },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  text('element', 'OPTIONAL'),
];

export function prepare({ payloads }) {
  const compressors = { SNAPPY: snappyCompressor() };
  return () => {
    const columns = Object.fromEntries(COLUMNS.map((name) => [name, new Array(payloads.length)]));
    for (let i = 0; i < payloads.length; i++) {
      const event = JSON.parse(Buffer.from(payloads[i], 'base64').toString());
      for (const name of COLUMNS) columns[name][i] = event[name];
      columns.user_id[i] = BigInt(event.user_id);
      columns.ts[i] = BigInt(Date.parse(event.ts)) * 1000n;
      columns.received_at[i] = BigInt(event.received_at) * 1000n;
    }
    const columnData = COLUMNS.map((name) => ({ name, data: columns[name] }));
    return parquetWriteBuffer({ columnData, schema: SCHEMA, compressors, rowGroupSize: 1_000_000 })
      .byteLength;
  };
}
