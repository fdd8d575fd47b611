import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, lakehouse, summaryOf } from './laptop';

optional(BUILT)('lakehouse run with an event id', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'deduplicated-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('takes each event once, over shards, files and runs, and counts the others', () => {
    const file = (name: string, content: string): string => {
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    };
    const out = join(directory, 'out');
    const contract = file('orders.odcs.yaml', ORDERS_CONTRACT);
    const runOf = (events: string) => [
      ...['run', '--contract', contract, '--event-id', 'note', '--out', out, '--events', events],
    ];
    const lines = (ids: (string | null)[]) => ids.map((note, id) => JSON.stringify({ id, note })).join('\n');
    // Two shards, filled in turn: of "a" there is one in each.
    const first = runOf(file('first.ndjson', lines(['a', 'a', 'b', 'c', 'b', null, null])));
    const { code, stdout, stderr } = lakehouse(first);
    expect(stderr).toContain('orders: 7 records');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/duplicates +2 {2}of events that are in/),
    });
    expect(summaryOf(out).records).toMatchObject({ read: 7, accepted: 5, duplicates: 2, replayed: 0 });

    expect(lakehouse(runOf(file('second.ndjson', lines(['c', 'd'])))).code).toBe(0);
    expect(summaryOf(out).records).toMatchObject({ read: 2, accepted: 1, duplicates: 1, replayed: 0 });
  });

  it('says which fields there are where it does not know one', () => {
    const contract = join(directory, 'orders.odcs.yaml');
    writeFileSync(contract, ORDERS_CONTRACT);
    const events = join(directory, 'orders.ndjson');
    writeFileSync(events, '{"id":1}');
    const { code, stderr } = lakehouse([
      'run',
      '--contract',
      contract,
      '--events',
      events,
      '--event-id',
      'uid',
    ]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('here id, note') });
  });
});
