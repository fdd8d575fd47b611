import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceLedger, sequenceNumber, shardIds } from '../../../lib/local/run/source-ledger';
import type { SeenFile, Source } from '../../../lib/local/run/source-ledger';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the ledger of sources', () => {
  let file: string;
  beforeEach(() => (file = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'sources.json')));
  afterEach(() => rmSync(join(file, '..'), { recursive: true }));

  /** Each time with a ledger read anew, as another run would. */
  async function identify(path: string, content: string, stream = 'orders', shards = 2): Promise<Source> {
    const ledger = new SourceLedger(file);
    const prefixes = new Map(ledger.boundaries(stream, path).map((at) => [at, sha256(content.slice(0, at))]));
    const seen: SeenFile = { path, bytes: content.length, rows: 1, sha256: sha256(content), prefixes };
    return ledger.identify(stream, seen, shards);
  }

  it('knows the same content under any name', async () => {
    const first = await identify('/a.ndjson', 'one\n');
    expect(await identify('/a.ndjson', 'one\n')).toEqual(first);
    expect((await identify('/renamed.ndjson', 'one\n')).number).toBe(first.number);
  });

  it('goes on with a file that grew, step by step', async () => {
    const first = await identify('/a.ndjson', 'one\n');
    expect((await identify('/a.ndjson', 'one\ntwo\n')).number).toBe(first.number);
    const third = await identify('/a.ndjson', 'one\ntwo\nthree\n');
    expect(third.number).toBe(first.number);
    expect(third.versions.map(({ bytes }) => bytes)).toEqual([4, 8, 14]);
  });

  it('goes on with a file that was moved before it grew', async () => {
    const first = await identify('/a.ndjson', 'one\n');
    await identify('/moved.ndjson', 'one\n');
    expect((await identify('/a.ndjson', 'one\n')).number).toBe(first.number);
    expect((await identify('/moved.ndjson', 'one\ntwo\n')).number).toBe(first.number);
  });

  it('does not take what replaced a grown file for its continuation: its rows would pass for replays', async () => {
    const first = await identify('/a.csv', 'id\n');
    expect((await identify('/a.csv', 'id\n1\n')).number).toBe(first.number);
    expect((await identify('/a.csv', 'id\n2\n')).number).not.toBe(first.number);
    expect((await identify('/a.csv', 'id\n')).number).toBe(first.number);
  });

  it('takes any other content for a new source', async () => {
    const first = await identify('/a.ndjson', 'one\n');
    const numbers = [
      first,
      await identify('/a.ndjson', 'ONE\ntwo\n'),
      await identify('/another.ndjson', 'one\ntwo\n'),
      await identify('/a.ndjson', 'on'),
    ].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(4);
  });

  it('keeps streams apart, and the number of shards a source began with', async () => {
    await identify('/a.ndjson', 'one\n', 'orders', 2);
    expect((await identify('/a.ndjson', 'one\n', 'orders', 7)).shards).toBe(2);
    expect((await identify('/a.ndjson', 'one\n', 'returns', 7)).shards).toBe(7);
  });

  it('follows from the content alone: a lost ledger changes nothing for a file that has not grown', async () => {
    const first = await identify('/a.ndjson', 'one\n');
    rmSync(file);
    expect((await identify('/b.ndjson', 'one\n')).number).toBe(first.number);
  });

  it('is written whole, with nothing left beside it', async () => {
    await identify('/a.ndjson', 'one\n');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      formatVersion: 1,
      sources: [{ paths: ['/a.ndjson'] }],
    });
    expect(readdirSync(join(file, '..'))).toEqual(['sources.json']);
  });

  it('names shards and sequence numbers as Kinesis does', async () => {
    const source = await identify('/a.ndjson', 'one\n');
    expect(shardIds(source)).toEqual([`shardId-${source.number}00`, `shardId-${source.number}01`]);
    expect(shardIds(source)[0]).toMatch(/^shardId-\d{12}$/);
    expect(sequenceNumber(1234)).toMatch(/^49\d{54}$/);
    expect(BigInt(sequenceNumber(10))).toBeGreaterThan(BigInt(sequenceNumber(9)));
  });
});
