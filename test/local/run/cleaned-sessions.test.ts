import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable } from '../../handlers/read-table';
import { optional } from '../../skip';
import { BUILT, lakehouse, summaryOf } from './laptop';

const EXAMPLE = join(__dirname, '../../../examples/transform');

optional(BUILT)('the example clean-sessions', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'sessions-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps the latest event of a session and time, with its date, and none whose type is unknown', async () => {
    const [ten, late] = ['2026-03-01T10:00:00Z', '2026-03-01T23:59:59.999Z'];
    const events = join(directory, 'sessions.ndjson');
    const lines = [
      { session_id: 's-1', event_timestamp: ten, event_type: 'open', page: '/first' },
      { session_id: 's-1', event_timestamp: late, event_type: 'click', page: '/a' },
      { session_id: 's-1', event_timestamp: ten, event_type: 'open', page: '/latest' },
      { session_id: 's-2', event_timestamp: ten, event_type: 'open', page: '/b' },
      { session_id: 's-2', event_timestamp: late, event_type: null, page: '/c' },
    ];
    writeFileSync(events, lines.map((line) => JSON.stringify(line)).join('\n'));
    const out = join(directory, 'out');
    const { code, stderr } = lakehouse([
      ...['run', '--events', events, '--out', out],
      ...['--contract', join(EXAMPLE, 'clean-sessions.odcs.yaml')],
      ...['--transform', join(EXAMPLE, 'clean-sessions.ts')],
      ...['--input-contract', join(EXAMPLE, 'raw-session-log.odcs.yaml')],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(summaryOf(out).records).toMatchObject({ read: 5, accepted: 4, dropped: 1, quarantined: 0 });
    const silver = summaryOf(out).tables.find(({ role, zone }) => zone === 'silver' && role === 'silver')!;
    const rows = await readTable(silver.location, '*', 'session_id, event_timestamp');
    const row = (session_id: string, time: RegExp, event_type: string, page: string) => ({
      session_id,
      event_timestamp: expect.stringMatching(time),
      event_type,
      parsed_date: '2026-03-01',
      page,
    });
    expect(rows).toMatchObject([
      row('s-1', /^2026-03-01 10:00:00/, 'open', '/latest'),
      row('s-1', /^2026-03-01 23:59:59.999/, 'click', '/a'),
      row('s-2', /^2026-03-01 10:00:00/, 'open', '/b'),
    ]);
  });
});
