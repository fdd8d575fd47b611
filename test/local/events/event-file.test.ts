import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventFile } from '../../../lib/local/events/event-file';
import { FileFormat } from '../../../lambda/formats/records/file-format';
import { openDuckDb } from '../../../lib/local/duckdb';

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'events-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<{ text: string; position: number }[]> {
  const events = EventFile.open(path);
  const records = [];
  for await (const batch of events.records()) records.push(...batch);
  events.close();
  return records.map(({ bytes, position }) => ({ text: Buffer.from(bytes).toString(), position }));
}

describe('the format of a file', () => {
  it.each([
    ['a.ndjson', '[1]\n{"a":1}\n', FileFormat.JSON_LINES],
    ['b.jsonl', 'garbage', FileFormat.JSON_LINES],
    ['c.json', ' [{"a":1}]', FileFormat.JSON_LIST],
    ['d.json', '{"a":1}\n{"a":2}\n', FileFormat.JSON_LINES],
    ['e.json', '{"a":1}', FileFormat.JSON_LINES],
    ['f.json', '{"type":"FeatureCollection",\n"features":[{"id":1}]}', FileFormat.GEO_JSON],
    ['g.json', '{"id":1,"features":[0.5,0.25]}\n{"id":2,"features":[1]}\n', FileFormat.JSON_LINES],
    ['h.geojson', '{"features":[]}', FileFormat.GEO_JSON],
    ['i.csv', 'a,b\n1,2\n', FileFormat.CSV],
    ['j.tsv', 'a\tb\n', FileFormat.TSV],
    ['events', '{"a":1}\n', FileFormat.JSON_LINES],
    ['k.json', '\ufeff[1]', FileFormat.JSON_LIST],
  ])('%s', (name, content, format) => {
    expect(EventFile.open(file(name, content)).format).toBe(format);
  });

  it.each([
    ['l.json', '', 'the file is empty'],
    ['m.json', 'a,b', 'it begins with neither "[" nor "{"'],
    ['n.json', '{\n  "a": 1\n}\n', 'neither a JSON array'],
    ['o.txt', 'hello', 'the format is not known. Allowed: .ndjson'],
    ['p.parquet', 'PAR2', 'not a Parquet file'],
    ['q.ndjson', Buffer.from([0x1f, 0x8b, 8]), 'the file is compressed. Decompress it first'],
    ['r.csv', Buffer.from('\ufeffa,b', 'utf16le'), 'UTF-16'],
    ['s.ndjson', Buffer.from('{"a":1}\n', 'utf16le'), 'UTF-16'],
    ['t.json', Buffer.from('[1]', 'utf16le').swap16(), 'UTF-16'],
  ])('%s cannot be used', (name, content, problem) => {
    expect(() => EventFile.open(file(name, content))).toThrow(problem);
  });

  it('is not asked of what is no file', () => {
    expect(() => EventFile.open(join(directory, 'absent.csv'))).toThrow('no such file');
    expect(() => EventFile.open(directory)).toThrow('not a regular file');
  });
});

describe('inspecting a file', () => {
  it('gives its identity, its rows and the hashes of its beginnings', async () => {
    const content = '{"a":1}\n{"a":2}\n';
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const inspection = await EventFile.open(file('inspect.ndjson', content)).inspect([8, 0, 16, 17]);
    expect(inspection.sha256).toBe(sha256(content));
    expect(inspection.rows).toBe(2);
    expect(Object.fromEntries(inspection.prefixes)).toEqual({
      0: sha256(''),
      8: sha256('{"a":1}\n'),
      16: sha256(content),
    });
  });

  it('finds a truncated array before anything is read from it', async () => {
    await expect(EventFile.open(file('cut.json', '[{"a":1},{"a"')).inspect()).rejects.toThrow(
      /cut\.json: the file ends at byte 13 inside the element that begins at byte 9/,
    );
  });

  it('leaves what is appended later for the next run', async () => {
    const path = file('growing.ndjson', '1\n2\n');
    const events = EventFile.open(path);
    writeFileSync(path, '1\n2\n3\n');
    const texts = [];
    for await (const batch of events.records())
      texts.push(...batch.map(({ bytes }) => String(Buffer.from(bytes))));
    expect(texts).toEqual(['1', '2']);
  });
});

describe('Parquet', () => {
  it('comes out exact: integers, decimals, times, binary, nested', async () => {
    const path = join(directory, 'types.parquet');
    const connection = await openDuckDb(1);
    await connection!.run(`COPY (SELECT
      9223372036854775807::BIGINT AS big, 12345678901234567.89::DECIMAL(28,2) AS money, 0.1::FLOAT AS small,
      TIMESTAMP '2001-02-03 04:05:06.123456' AS local_time, TIMESTAMPTZ '2001-02-03 04:05:06+02' AS instant,
      DATE '2001-02-03' AS day, 'ab'::BLOB AS raw, 'q"\\' || chr(10) AS text, 'nan'::DOUBLE AS nothing,
      {'x': 1, 'it''s "y"': [1, NULL]} AS nested, MAP {'k': 2} AS mapped, NULL::INTEGER AS missing, true AS yes
      ) TO '${path}' (FORMAT parquet)`);
    connection!.closeSync();
    const [{ text, position }] = await read(path);
    expect(position).toBe(1);
    expect(text).toBe(
      '{"big":9223372036854775807,"money":12345678901234567.89,"small":0.1,' +
        '"local_time":"2001-02-03T04:05:06.123456","instant":"2001-02-03T02:05:06Z","day":"2001-02-03","raw":"YWI=",' +
        '"text":"q\\"\\\\\\n","nothing":"nan","nested":{"x":1,"it\'s \\"y\\"":[1,null]},"mapped":{"k":2},' +
        '"missing":null,"yes":true}',
    );
  });

  it('that is broken is refused', async () => {
    await expect(EventFile.open(file('broken.parquet', 'PAR1 and nothing else')).inspect()).rejects.toThrow(
      /broken\.parquet: not a Parquet file that DuckDB can read/,
    );
  });
});
