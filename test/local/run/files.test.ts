import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, commits, lakehouse, summaryOf } from './laptop';

optional(BUILT)('lakehouse run of files', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'laptop-files-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('takes each file in once, refuses one with another header, and takes what comes late', () => {
    const [contract, files, out] = ['orders.odcs.yaml', 'in', 'out'].map((name) => join(directory, name));
    const header = 'id,amount,at,paid,note';
    writeFileSync(contract, ORDERS_CONTRACT);
    mkdirSync(files);
    writeFileSync(join(files, 'a.csv'), `${header}\n1,1.5,,true,\n2,2.5,,,\nthree,1,,,\n`);
    writeFileSync(join(files, 'b.csv'), 'number,amount\n1,2\n');
    const run = (): string => {
      const { code, stdout, stderr } = lakehouse([
        'run',
        ...['--contract', contract],
        ...['--files', files],
        ...['--out', out],
      ]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return stdout;
    };

    expect(run()).toMatch(
      /file +refused +incoming\/orders\/b\.csv: 1 records: the header differs from the contract/,
    );
    const first = summaryOf(out);
    const refused = {
      file: 'incoming/orders/b.csv',
      state: 'refused',
      records: 1,
      reason: expect.stringContaining('not in the contract: number') as string,
      told: 1,
    };
    expect(first.files).toEqual([
      { file: 'incoming/orders/a.csv', state: 'done', records: 3, told: 1 },
      refused,
    ]);
    expect(first.records).toMatchObject({
      read: 4,
      accepted: 2,
      quarantined: 2,
      replayed: 0,
      quarantinedByReason: { 'header-mismatch': 1, 'wrong-type': 1 },
    });
    expect(first.drift.drifts).toEqual(
      expect.arrayContaining([
        { kind: 'wrong-type', path: 'id', found: 'string', critical: false },
        { kind: 'missing-required', path: 'id', found: 'absent', critical: false },
        { kind: 'unknown-field', path: 'number', found: 'string', critical: false },
      ]),
    );
    expect(first.account).toMatchObject({ bronze: 2, silver: 2, difference: 0 });
    expect(first.alarms.find(({ path }) => path.includes('RefusedFiles'))?.state).toBe('ALARM');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('not in the contract: number');

    const before = commits(join(out, 'bronze', 'orders'));
    // Dropped where files arrive, not where the run copies them from.
    appendFileSync(join(first.events, 'late.csv'), `${header}\n9,9,,,\n`);
    run();
    const second = summaryOf(out);
    expect(second.files?.map(({ file, state, records }) => [file, state, records])).toEqual([
      ['incoming/orders/a.csv', 'already done', 0],
      ['incoming/orders/b.csv', 'already done', 0],
      ['incoming/orders/late.csv', 'done', 1],
    ]);
    expect(second.records).toMatchObject({ read: 1, accepted: 1, quarantined: 0, replayed: 0 });
    expect(second.tables.find(({ zone }) => zone === 'bronze')?.rows).toBe(3);
    expect(commits(join(out, 'bronze', 'orders'))).toBe(before + 1);
  });
});
