import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { avroCodec, AvroInput, AvroOutput, type AvroSchema } from './avro-codec';

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_LENGTH = 16;
const RECORDS_PER_BLOCK = 1000;
const HEADER = avroCodec({ type: 'map', values: 'bytes' });

export interface AvroFile<T> {
  /** The writer's schema with all its attributes, `field-id` among them. */
  readonly schema: AvroSchema;
  readonly metadata: Record<string, string>;
  readonly records: T[];
}

/** Reads an Avro object container file; codecs `null` and `deflate`. */
export function readAvroFile<T>(
  bytes: Uint8Array,
  adapt: (schema: AvroSchema) => AvroSchema = (schema) => schema,
): AvroFile<T> {
  const input = new AvroInput(bytes);
  if (bytes.length < 4 || !input.bytes(4).equals(MAGIC))
    throw new Error('Not an Avro object container file.');
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(HEADER.read(input) as Record<string, Buffer>)) {
    metadata[key] = value.toString('utf8');
  }
  const sync = input.bytes(SYNC_LENGTH);
  const schema = adapt(JSON.parse(metadata['avro.schema']) as AvroSchema);
  const codec = avroCodec(schema);
  const decompress = DECOMPRESS[metadata['avro.codec'] ?? 'null'];
  if (!decompress) {
    throw new Error(
      `Avro codec ${metadata['avro.codec']} is not supported. Allowed: ${Object.keys(DECOMPRESS).join(', ')}.`,
    );
  }

  const records: T[] = [];
  while (!input.atEnd) {
    const count = Number(input.long());
    const block = new AvroInput(decompress(input.sizedBytes()));
    for (let i = 0; i < count; i++) records.push(codec.read(block) as T);
    if (!input.bytes(SYNC_LENGTH).equals(sync))
      throw new Error('An Avro block does not end with the sync marker of its file.');
  }
  return { schema, metadata, records };
}

export function writeAvroFile(
  schema: AvroSchema,
  records: readonly unknown[],
  metadata: Record<string, string>,
): Buffer {
  const codec = avroCodec(schema);
  const header: Record<string, Buffer> = {};
  const entries = { 'avro.schema': JSON.stringify(schema), 'avro.codec': 'deflate', ...metadata };
  for (const [key, value] of Object.entries(entries)) header[key] = Buffer.from(value, 'utf8');
  const sync = randomBytes(SYNC_LENGTH);

  const output = new AvroOutput();
  output.bytes(MAGIC);
  HEADER.write(output, header);
  output.bytes(sync);
  for (let start = 0; start < records.length; start += RECORDS_PER_BLOCK) {
    const block = new AvroOutput();
    const batch = records.slice(start, start + RECORDS_PER_BLOCK);
    for (const record of batch) codec.write(block, record);
    output.long(batch.length);
    output.sizedBytes(deflateRawSync(block.finish()));
    output.bytes(sync);
  }
  return output.finish();
}

const DECOMPRESS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  null: (bytes) => bytes,
  deflate: (bytes) => inflateRawSync(bytes),
};
