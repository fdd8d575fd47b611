import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { HeaderCheck } from '../../../lib/contract/header-check';
import { openDuckDb } from '../../../lib/local/duckdb';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';
import { type FileContract, LandedFile } from '../../../lambda/pipeline/files/landed-file';
import type { IngestReport } from '../../../lambda/pipeline/ingest-report';
import { FileState } from '../../../lambda/pipeline/files/file-request';
import { BRONZE, COLUMNS, FilesLake, Landing, QUARANTINE } from './files-lake';

const CONTRACT: FileContract = { columns: COLUMNS, header: HeaderCheck.EXACT };
const landing = new Landing(7);

async function open(key: string, content: string | Buffer, contract = CONTRACT): Promise<LandedFile> {
  return LandedFile.open(landing.put(key, content).file, landing, contract);
}

async function read(file: LandedFile, from = 0): Promise<string[]> {
  await file.inspect(() => undefined);
  const texts = [];
  for await (const part of file.records(from))
    texts.push(...part.map(({ bytes }) => Buffer.from(bytes).toString()));
  return texts;
}

const HEADER = 'id,timestamp,value\n';
const ROWS = [
  '{"id":"a","timestamp":"2026-01-01T00:00:00Z","value":1.5}',
  '{"id":"b, \\n","timestamp":2,"value":null}',
];
const CSV = `${HEADER}a,2026-01-01T00:00:00Z,1.5\n"b, \n",2,\n`;

describe('a file is read by what it is', () => {
  it.each([
    ['a.csv', CSV],
    ['a.csv.gz', gzipSync(CSV)],
    ['a.tsv', CSV.replace('"b, \n"', 'b\\').replaceAll(',', '\t')],
  ])('%s', async (key, content) => {
    const [first] = await read(await open(key, content));
    expect(first).toBe(ROWS[0]);
  });

  it('and goes on behind a position, also when it is compressed', async () => {
    for (const [key, content] of [
      ['b.csv', CSV],
      ['b.csv.gz', gzipSync(CSV)],
    ] as const) {
      const file = await open(key, content);
      const positions = [];
      for await (const part of file.records()) positions.push(...part.map(({ position }) => position));
      expect(await read(file, positions[0])).toEqual([ROWS[1]]);
    }
  });

  it('Parquet, to the last digit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'formats-'));
    const connection = await openDuckDb(1);
    await connection!.run(`COPY (SELECT 9223372036854775807::BIGINT AS big, -1.05::DECIMAL(28,2) AS money,
      TIMESTAMPTZ '2001-02-03 04:05:06.123456+00' AS instant, DATE '2001-02-03' AS day, 'ab'::BLOB AS raw, 'é"' AS text,
      [1, NULL] AS list, {'x': 1} AS nested, NULL::INTEGER AS missing, i AS row FROM range(3) t(i)
      ) TO '${directory}/a.parquet' (FORMAT parquet)`);
    connection!.closeSync();
    const file = await open('a.parquet', readFileSync(join(directory, 'a.parquet')));
    rmSync(directory, { recursive: true });
    const [first] = await read(file);
    expect(first).toBe(
      '{"big":9223372036854775807,"money":-1.05,"instant":"2001-02-03T04:05:06.123456Z","day":"2001-02-03","raw":"YWI=",' +
        '"text":"é\\"","list":[1,null],"nested":{"x":1},"missing":null,"row":0}',
    );
    expect((await read(file, 1)).map((text) => JSON.parse(text).row)).toEqual([1, 2]);
  });
});

test('decimals of Parquet keep every digit at any depth', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'parquet-'));
  const connection = await openDuckDb(1);
  // In integers of 32 and 64 bits, and in bytes.
  await connection!
    .run(`COPY (SELECT {'a': 0.07::DECIMAL(5,2), 'b': {'c': -123456789012.345678::DECIMAL(18,6), 'd': 'x'}} AS struct,
    [12345678901234567890.123456789::DECIMAL(38,9), NULL, -0.1] AS list, [[1.5::DECIMAL(4,1)], []] AS lists,
    [{'p': 9.99::DECIMAL(9,2)}] AS structs, MAP {'k': 0.001::DECIMAL(10,3), 'n': NULL} AS map,
    MAP {1.50::DECIMAL(9,2): 'x'} AS keys, MAP {-1.5::DECIMAL(20,1): 2.5::DECIMAL(4,1)} AS wide, NULL::DECIMAL(5,2)[] AS missing,
    {'f': 0.5::DOUBLE} AS plain) TO '${directory}/d.parquet' (FORMAT parquet)`);
  connection!.closeSync();
  const file = await open('d.parquet', readFileSync(join(directory, 'd.parquet')));
  rmSync(directory, { recursive: true });
  expect(await read(file)).toEqual([
    '{"struct":{"a":0.07,"b":{"c":-123456789012.345678,"d":"x"}},' +
      '"list":[12345678901234567890.123456789,null,-0.100000000],"lists":[[1.5],[]],' +
      '"structs":[{"p":9.99}],"map":{"k":0.001,"n":null},"keys":{"1.50":"x"},"wide":{"-1.5":2.5},"missing":null,"plain":{"f":0.5}}',
  ]);
});

test('zstd is read where Node can, and refused as a whole where it cannot', async () => {
  const content = Buffer.from(
    'KLUv/SAzmQEAaWQsdGltZXN0YW1wLHZhbHVlCmEsMjAyNi0wMS0wMVQwMDowMDowMFosMS41CmIsMiwK',
    'base64',
  );
  const reading = open('z.csv.zst', content).then(read);
  // Since Node 22.15, which functions run on.
  if ('createZstdDecompress' in zlib) expect(await reading).toHaveLength(2);
  else
    await expect(reading).rejects.toThrow(
      `it is compressed with zstd, which Node ${process.version} cannot read. Use gzip`,
    );
});

describe('a header is held against the contract', () => {
  const differs = async (header: string, check: HeaderCheck): Promise<unknown> =>
    open('h.csv', `${header}\n1,2,3\n`, { columns: COLUMNS, header: check }).then(
      () => 'taken',
      (error: UnusableInput) => error.problem,
    );

  it.each([
    ['id,timestamp,value', HeaderCheck.EXACT],
    ['value,id,timestamp', HeaderCheck.EXACT],
    ['id,timestamp,value,more', HeaderCheck.ALLOW_EXTRA],
    ['id,timestamp', HeaderCheck.ALLOW_MISSING],
    ['id,timestamp,more', HeaderCheck.ALLOW_BOTH],
  ])('%s, %s: taken', async (header, check) => {
    expect(await differs(header, check)).toBe('taken');
  });

  it.each([
    ['id,value', HeaderCheck.EXACT, 'missing: timestamp.'],
    ['id,time,value', HeaderCheck.EXACT, 'missing: timestamp; not in the contract: time.'],
    ['id,timestamp', HeaderCheck.ALLOW_EXTRA, 'missing: value.'],
    ['id,value', HeaderCheck.ALLOW_MISSING, 'missing: timestamp.'],
  ])('%s, %s: refused', async (header, check, difference) => {
    expect(await differs(header, check)).toBe(
      `the header differs from the contract, ${difference} Expected id, timestamp, value, found ${header.replaceAll(',', ', ')}`,
    );
  });

  it('of which values tell nothing, where a file has none and its first record stands in its place', async () => {
    for (const check of [HeaderCheck.EXACT, HeaderCheck.ALLOW_EXTRA, HeaderCheck.ALLOW_MISSING])
      expect(await differs('cust-7,Jane,j@example.com', check)).toBe(
        'the header differs from the contract, none of its 3 columns is one of id, timestamp, value. Is its first line a header?',
      );
    expect(await differs('id,timestamp,j@example.com', HeaderCheck.EXACT)).toBe(
      'the header differs from the contract, missing: value; not in the contract: *. Expected id, timestamp, value, found id, timestamp, *',
    );
    const lake = await new FilesLake().create();
    const reports: IngestReport[] = [];
    const request = lake.landing.put('none.csv', 'cust-7,Jane,j@example.com\n');
    const [outcome] = await lake.take([request], { committed: (report) => void reports.push(report) });
    expect(outcome.state).toBe(FileState.REFUSED);
    const told = JSON.stringify([outcome.reason, reports[0].drift]);
    expect(told).toContain('unknown-field');
    expect(told).not.toMatch(/cust-7|Jane|example/);
    const [file] = await (await lake.open(QUARANTINE)).currentDataFiles();
    expect(file.recordCount).toBe(1);
  });

  it('by its first bytes only', async () => {
    const large = new Landing();
    const content = Buffer.alloc(5_000_000, 'a,1,2\n');
    const { file } = large.put('large.csv', Buffer.concat([Buffer.from('id,value\n'), content]));
    await expect(LandedFile.open(file, large, CONTRACT)).rejects.toThrow('missing: timestamp');
    expect(large.bytesRead).toBeLessThanOrEqual(1024 * 1024);
  });
});

describe('what cannot be read is refused as a whole, and others go on', () => {
  const broken: [string, string | Buffer, RegExp][] = [
    ['cut.csv.gz', gzipSync(CSV).subarray(0, 40), /not whole gzip/],
    ['quote.csv', `${HEADER}a,1,2\nb,"never closed,3\n`, /the quote opened at byte 27 is never closed/],
    ['cut.json', '[{"id":"a"},{"id', /it is truncated/],
    ['not.parquet', 'PAR1 and nothing else', /not a Parquet file that can be read/],
    ['what.bin', 'something', /the format is not known/],
    ['empty.csv', '', /no header line/],
  ];
  it.each(broken)('%s', async (key, content, reason) => {
    const lake = await new FilesLake().create();
    const good = lake.landing.put('good.csv', `${HEADER}a,1,2\n`);
    const outcomes = await lake.take([lake.landing.put(key, content), good]);
    expect(outcomes.map(({ state }) => state)).toEqual([FileState.REFUSED, FileState.DONE]);
    expect(outcomes[0].reason).toMatch(reason);
    expect(await lake.rows(BRONZE)).toHaveLength(1);
    expect(await lake.rows(QUARANTINE)).toEqual([`${outcomes[0].lane}:9007199254740991`]);
  });
});

test('a file that is gone when it is read is done with', async () => {
  const lake = await new FilesLake().create();
  const request = lake.landing.put('a.ndjson', '{}\n');
  await lake.landing.delete(request.file);
  expect((await lake.take([request])).map(({ state }) => state)).toEqual([FileState.GONE]);
});

test('another content under the same key is another file, the same content is not', async () => {
  const lake = await new FilesLake().create();
  const take = async (content: string): Promise<string> => {
    const [{ state }] = await lake.take([lake.landing.put('a.ndjson', content)]);
    return state;
  };
  expect([await take('{"a":1}\n'), await take('{"a":1}\n'), await take('{"a":2}\n')]).toEqual([
    FileState.DONE,
    FileState.ALREADY_DONE,
    FileState.DONE,
  ]);
  expect(await lake.rows(BRONZE)).toHaveLength(2);
});

test('a file that came when there was no time left is looked through by who goes on with it', async () => {
  const lake = await new FilesLake().create();
  const rows = Array.from({ length: 50_000 }, (_, i) => `${Math.sin(i)},${i},1\n`).join('');
  const request = lake.landing.put('in/cut.csv.gz', gzipSync(HEADER + rows).subarray(0, -5));
  const [late] = await lake.take([request], { hasTime: () => false });
  expect(late).toMatchObject({ state: FileState.UNFINISHED, records: 0 });
  const [outcome] = await lake.take([{ ...request, progress: { records: late.records } }], {
    batchBytes: 10_000,
  });
  expect(outcome.state).toBe(FileState.REFUSED);
  expect(await lake.rows(BRONZE)).toEqual([]);
  expect(await lake.rows(QUARANTINE)).toHaveLength(1);
});
