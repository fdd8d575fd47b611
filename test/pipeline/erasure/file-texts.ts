import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readAvroFile } from '../../../lambda/tables/avro-container';

/** All that a file tells whoever looks: its bytes as they are, and unpacked the records of Avro and the rows of Parquet. */
export async function fileTexts(name: string, bytes: Uint8Array): Promise<string> {
  const texts = [Buffer.from(bytes).toString('latin1')];
  if (name.endsWith('.avro')) texts.push(textOf(readAvroFile(bytes).records));
  if (name.endsWith('.parquet')) {
    const file = Uint8Array.from(bytes).buffer;
    texts.push(textOf(await parquetReadObjects({ file, compressors, utf8: false })));
  }
  return texts.join('\n');
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (value instanceof Map) return textOf([...value]);
  if (typeof value === 'object' && value !== null) return textOf(Object.entries(value));
  return String(value);
}
